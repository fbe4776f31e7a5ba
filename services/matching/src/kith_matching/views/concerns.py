"""Concerns: a page of those that are open, one with all that was written of it, and what became of one's own."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited
from kith_matching.domain.concern import About, ConcernNotFound
from kith_matching.domain.duty_desk import DutyDesk
from kith_matching.store.concerns import open_words
from kith_matching.store.duty_desks import desk_of
from kith_matching.store.rows import values_of
from kith_matching.tables import concern_sharings, concerns, duty_desks
from kith_matching.views.concerned import find_visit, list_concerned_supporters
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, TODAY, Found, get_list, get_one, paged

IS_OPEN: Final = concerns.c.decided_at.is_(None)
"""Nobody has decided."""
_AWAITS: Final = concerns.c.id.in_(
    sa.select(concern_sharings.c.concern_id).where(
        concern_sharings.c.organisation_id == ORGANISATION, concern_sharings.c.answered_on.is_(None)
    )
)
"""Somebody was told of it and has not answered: also of what is decided. One look into an index for all of them."""
ANSWER_BY: Final = sa.case(
    (concerns.c.acknowledged_at.is_(None), concerns.c.acknowledge_by), else_=concerns.c.decide_by
)
"""Until when the next answer is due."""
_UNANSWERED: Final = (
    sa.select(sa.func.count())
    .where(concern_sharings.c.concern_id == concerns.c.id, concern_sharings.c.answered_on.is_(None))
    .scalar_subquery()
)
_OPEN: Final = paged(
    concerns,
    sa.select(concerns, _UNANSWERED.label("unanswered_sharings")).where(
        sa.or_(IS_OPEN, _AWAITS, ~sa.bindparam("open_only", type_=sa.Boolean))
    ),
)
_SHARED: Final = paged(
    concern_sharings,
    sa.select(concern_sharings, (concern_sharings.c.answer_by < TODAY).label("overdue")).where(
        concern_sharings.c.answered_on.is_(None)
    ),
)
_ONE: Final = audited(sa.select(concerns).where(concerns.c.id == sa.bindparam("id")))
_SHARINGS: Final = (
    sa.select(concern_sharings)
    .where(concern_sharings.c.concern_id == sa.bindparam("concern_id"))
    .order_by(concern_sharings.c.id)
)
_OWN: Final = audited(
    sa.select(concerns)
    .where(
        concerns.c.organisation_id == ORGANISATION,
        concerns.c.raised_by == sa.bindparam("subject"),
        sa.or_(AFTER.is_(None), concerns.c.id > AFTER),
    )
    .order_by(concerns.c.id)
    .limit(LIMIT)
)
_DESKS: Final = paged(duty_desks)


@dataclass(frozen=True, slots=True)
class Told:
    """A concern, what was written of it by the id of what it is of, what was shared, and who supports there."""

    concern: Found
    words: tuple[tuple[UUID, str, str], ...] = field(repr=False)
    sharings: tuple[Found, ...]
    supporters: tuple[Found, ...] = field(repr=False)
    visit: Found | None


async def list_concerns(
    tx: AsyncConnection, organisation_id: UUID, *, open_only: bool, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's concerns, the first raised first, without a word of what was written.

    Open is also what was decided while whoever was told of it has not answered.
    """
    listed = Entry("concerns-listed", "organisation", organisation_id)
    return await get_list(tx, _OPEN, listed, {"after": after, "limit": limit, "open_only": open_only}, now)


async def get_concern(tx: AsyncConnection, concern_id: UUID, *, now: datetime) -> Told:
    """One concern with all that was written of it, and who can be reached there, for the named roles.

    Raises ``ConcernNotFound``.
    """
    concern = await get_one(tx, _ONE, Entry("concern-read", "concern", concern_id), ConcernNotFound, now)
    sharings = tuple(values_of(row) for row in await tx.execute(_SHARINGS, {"concern_id": concern_id}))
    about, about_id = About(concern["about"]) if concern["about"] else None, concern["about_id"]
    words = tuple(await open_words(tx, concern_id))
    there = await list_concerned_supporters(tx, about, about_id, now=now)
    return Told(concern, words, sharings, there, await find_visit(tx, about, about_id))


async def list_unanswered(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the organisation shared without agreement and nobody has answered, the first shared first."""
    listed = Entry("unanswered-sharings-listed", "organisation", organisation_id)
    page: dict[str, Any] = {"after": after, "limit": limit, "today": clock.today(now)}
    return await get_list(tx, _SHARED, listed, page, now)


async def list_own(
    tx: AsyncConnection, organisation_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What the asking subject raised, and whether it was answered."""
    listed = Entry("own-concerns-listed", "organisation", organisation_id)
    return await get_list(tx, _OWN, listed, {"after": after, "limit": limit, "subject": subject}, now)


async def list_desks(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[DutyDesk]:
    """The organisation's duty desks, in order of id."""
    listed = Entry("duty-desks-listed", "organisation", organisation_id)
    return [desk_of(found) for found in await get_list(tx, _DESKS, listed, {"after": after, "limit": limit}, now)]
