"""Whom it helps: what people said, for whom it is harder, and who is to be asked."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.domain.looking_after import Kind
from kith_matching.store.due import ASK_ON, ASKED_OF_MEETINGS, IS_HARDER, PROGRAMME_OF, TERMS_OF, TO_ASK_SINCE
from kith_matching.tables import comings, helpings, matches, programme_versions, programmes
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, TODAY, Found, get_list

_AFTER: Final = sa.or_(AFTER.is_(None), helpings.c.id > AFTER)
_OF_MATCH: Final = audited(
    sa.select(helpings)
    .where(helpings.c.match_id == sa.bindparam("match_id", type_=sa.Uuid), _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
_OF_REFERRAL: Final = audited(
    sa.select(helpings)
    .where(helpings.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid), _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
_HARDER: Final = audited(
    sa.select(helpings)
    .where(helpings.c.organisation_id == ORGANISATION, IS_HARDER, _AFTER)
    .order_by(helpings.c.id)
    .limit(LIMIT)
)
_DUE_ON: Final = sa.func.least(TO_ASK_SINCE, matches.c.review_on)


def _to_ask(table: sa.Table, key: str, about: Kind, due_on: sa.ColumnElement[Any]) -> sa.Select[Any]:
    shown = (table.c.referral_id, table.c.programme_id, due_on.label("due_on"))
    return sa.select(table.c[key].label("id"), sa.literal_column(f"'{about}'").label("about"), *shown).where(
        table.c.organisation_id == ORGANISATION, due_on <= TODAY, sa.or_(AFTER.is_(None), table.c[key] > AFTER)
    )


_ALL_DUE: Final = sa.union_all(
    _to_ask(matches, "id", Kind.MATCH, _DUE_ON)
    .outerjoin(programme_versions, TERMS_OF)
    .where(matches.c.ended_on.is_(None)),
    _to_ask(comings, "referral_id", Kind.REFERRAL, ASK_ON).join(programmes, PROGRAMME_OF).where(ASKED_OF_MEETINGS),
).subquery("to_ask")
_DUE: Final = audited(sa.select(_ALL_DUE).order_by(_ALL_DUE.c.id).limit(LIMIT))


async def list_helping(
    tx: AsyncConnection, match_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the person of a match said, the first first; none where the match is another organisation's."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _OF_MATCH, Entry("helping-listed", "match", match_id), page, now)


async def list_helping_of_referral(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the person of a referral said, of matches and of meetings; none where it is another organisation's."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _OF_REFERRAL, Entry("helping-listed", "referral", referral_id), page, now)


async def list_harder(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Who said that it is harder, as long as nobody has seen to it, the first first."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    return await get_list(tx, _HARDER, Entry("harder-listed", "organisation", organisation_id), page, now)


async def list_due(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Who is to be asked, of a match or of meetings, since when: after the second session, and at every review."""
    page: dict[str, Any] = {"after": after, "limit": limit, "today": clock.today(now)}
    return await get_list(tx, _DUE, Entry("helping-due-listed", "organisation", organisation_id), page, now)
