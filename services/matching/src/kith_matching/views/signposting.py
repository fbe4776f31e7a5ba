"""Of what people were told, and how often, by the ids of the directory's entries."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.signpost import Went
from kith_matching.tables import signposts
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list, paged

MOST_ENTRIES: Final = 200
"""Entries of the directory that are counted for a programme, those of which most were told first."""

_ALL: Final = paged(signposts)
_OF_REFERRAL: Final = audited(
    sa.select(signposts)
    .where(
        signposts.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), signposts.c.id > AFTER),
    )
    .order_by(signposts.c.id)
    .limit(LIMIT)
)


def _who(went: Went) -> sa.Label[int]:
    return sa.func.count().filter(signposts.c.went == went).label(went.replace("-", "_"))


_COUNTED: Final = audited(
    sa.select(signposts.c.entry_kind, signposts.c.entry_id, sa.func.count().label("told"), *map(_who, Went))
    .where(signposts.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid))
    .group_by(signposts.c.entry_kind, signposts.c.entry_id)
    .order_by(sa.literal_column("told").desc(), signposts.c.entry_id)
    .limit(LIMIT)
)


async def list_signposts(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Of what the organisation's people were told, the first first."""
    listed = Entry("signposts-listed", "organisation", organisation_id)
    return await get_list(tx, _ALL, listed, {"after": after, "limit": limit}, now)


async def list_signposts_of(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Of what the person of a referral was told, the first first."""
    listed = Entry("referral-signposts-listed", "referral", referral_id)
    return await get_list(tx, _OF_REFERRAL, listed, {"after": after, "limit": limit}, now)


async def count_signposts(tx: AsyncConnection, programme_id: UUID, *, now: datetime) -> list[Found]:
    """How often people of a programme were told of each entry, and how many went; without anybody's name."""
    counted = Entry("signposts-counted", "programme", programme_id)
    return await get_list(tx, _COUNTED, counted, {"limit": MOST_ENTRIES}, now)
