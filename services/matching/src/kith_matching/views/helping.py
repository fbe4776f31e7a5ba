"""Whom it helps: what people said, for whom it is harder, and who is to be asked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.store.due import ASKED, IS_HARDER, SECOND_ON
from kith_matching.tables import helpings, matches
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, TODAY, Found, get_list

_AFTER: Final = sa.or_(AFTER.is_(None), helpings.c.id > AFTER)
_OF_MATCH: Final = audited(
    sa.select(helpings)
    .where(helpings.c.match_id == sa.bindparam("match_id", type_=sa.Uuid), _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
_HARDER: Final = audited(
    sa.select(helpings)
    .where(helpings.c.organisation_id == ORGANISATION, IS_HARDER, _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
_DUE_ON: Final = sa.case((~ASKED, sa.func.least(SECOND_ON, matches.c.review_on)), else_=matches.c.review_on)
_DUE: Final = audited(
    sa.select(matches.c.id, matches.c.referral_id, matches.c.programme_id, _DUE_ON.label("due_on"))
    .where(
        matches.c.organisation_id == ORGANISATION,
        matches.c.ended_on.is_(None),
        _DUE_ON <= TODAY,
        sa.or_(AFTER.is_(None), matches.c.id > AFTER),
    )
    .order_by(matches.c.id)
    .limit(LIMIT)
)


async def list_helping(
    tx: AsyncConnection, match_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the person of a match said, the first first; none where the match is another organisation's."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _OF_MATCH, Entry("helping-listed", "match", match_id), page, now)


async def list_harder(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Who said that it is harder, as long as nobody has seen to it, the first first."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _HARDER, Entry("harder-listed", "organisation", organisation_id), page, now)


async def list_due(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Matches whose person is to be asked, with the day since when: after the second session, and at every review."""
    page: dict[str, Any] = {"after": after, "limit": limit, "today": clock.today(now)}
    return await get_list(tx, _DUE, Entry("helping-due-listed", "organisation", organisation_id), page, now)
