"""From supported to supporter: when somebody who is a supporter now was supported themself."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rows import values_of
from kith_matching.store.supporters import get_supporter
from kith_matching.tables import hats, matches, programmes, referrals, sessions

_THEIRS: Final = (
    sa.select(referrals.c.id, hats.c.organisation_id)
    .join(hats, hats.c.person_id == referrals.c.person_id)
    .where(hats.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid))
    .cte("theirs")
)
_MATCHED: Final = (
    sa.select(sa.literal("match").label("kind"), matches.c.programme_id, matches.c.made_on, matches.c.ended_on)
    .join(_THEIRS, _THEIRS.c.id == matches.c.referral_id)
    .where(matches.c.organisation_id == _THEIRS.c.organisation_id)
)
_ATTENDED: Final = (
    sa.select(
        sa.literal("group"), sessions.c.programme_id, sa.func.min(sessions.c.held_on), sa.func.max(sessions.c.held_on)
    )
    .join(_THEIRS, sessions.c.attended_referral_ids.contains(postgresql.array([_THEIRS.c.id])))
    .where(sessions.c.organisation_id == _THEIRS.c.organisation_id)
    .group_by(sessions.c.group_id, sessions.c.programme_id)
)
_ALL: Final = sa.union_all(_MATCHED, _ATTENDED).cte("supported")
_SUPPORTED: Final = audited(
    sa.select(*_ALL.c, programmes.c.name.label("programme_name"))
    .outerjoin(programmes, programmes.c.id == _ALL.c.programme_id)
    .order_by(_ALL.c.made_on, _ALL.c.kind, _ALL.c.programme_id)
)


async def list_supported(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """The matches in which the supporter was supported by their own organisation, and the groups, the first first.

    Nobody who is not linked, and whom nobody supported, has any. Raises ``SupporterNotFound``.
    """
    await get_supporter(tx, supporter_id)
    read = noted(tx, Entry("progression-read", "supporter", supporter_id), now=now)
    return [values_of(row) for row in await tx.execute(_SUPPORTED, {"supporter_id": supporter_id, **read})]
