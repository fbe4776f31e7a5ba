"""Whom it helps: what people said, for whom it is harder, and who is to be asked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.domain.helping import Says
from kith_matching.tables import helpings, matches, sessions
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, TODAY, Found, get_list

_AFTER: Final = sa.or_(AFTER.is_(None), helpings.c.id > AFTER)
_OF_MATCH: Final = audited(
    sa.select(helpings)
    .where(helpings.c.match_id == sa.bindparam("match_id", type_=sa.Uuid), _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
IS_HARDER: Final = sa.and_(
    helpings.c.organisation_id == ORGANISATION,
    helpings.c.said == sa.literal_column(f"'{Says.HARDER}'"),
    helpings.c.seen_at.is_(None),
)
"""Somebody said that it is harder, and nobody has seen to it."""
_HARDER: Final = audited(sa.select(helpings).where(IS_HARDER, _AFTER).order_by(helpings.c.id).limit(LIMIT))
_SECOND_ON: Final = (
    sa.select(sessions.c.held_on)
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == sa.literal_column("'happened'"))
    .order_by(sessions.c.held_on)
    .offset(1)
    .limit(1)
    .scalar_subquery()
)
_ASKED: Final = sa.exists().where(helpings.c.match_id == matches.c.id)
DUE_ON: Final = sa.case(
    (~_ASKED, sa.func.least(_SECOND_ON, matches.c.review_on)),
    else_=matches.c.review_on,
)
"""When the person of a match is to be asked next: after the second session, and at every review."""
IS_DUE: Final = sa.and_(matches.c.organisation_id == ORGANISATION, matches.c.ended_on.is_(None), DUE_ON <= TODAY)
"""The match runs, and its person is to be asked now."""
_DUE: Final = audited(
    sa.select(matches.c.id, matches.c.referral_id, matches.c.programme_id, DUE_ON.label("due_on"))
    .where(IS_DUE, sa.or_(AFTER.is_(None), matches.c.id > AFTER))
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
