"""Read-only SQL for lists of referrals: what is overdue first, then what is urgent, then in order of making."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_referrals.domain.listing import FIRST, LAST, Place
from kith_referrals.domain.referral import Status
from kith_referrals.tables import referrals
from kith_referrals.views.finding import Found, list_rows

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_RANK: Final = sa.bindparam("rank", type_=sa.Integer)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)
_STATUS: Final = sa.bindparam("status", type_=sa.Text)
_PROGRAMME: Final = sa.bindparam("programme_id", type_=sa.Uuid)
_OVERDUE_WANTED: Final = sa.bindparam("overdue", type_=sa.Boolean)
_TODAY: Final = sa.bindparam("today", type_=sa.Date)

OVERDUE: Final = sa.func.coalesce(
    sa.and_(
        referrals.c.due_on <= _TODAY,
        sa.or_(referrals.c.due_on < _TODAY, referrals.c.status == Status.NOT_YET.value),
    ),
    sa.false(),
)
"""As ``domain.promises.Promise.missed_from`` has it."""
_URGENT: Final = sa.and_(referrals.c.urgent, referrals.c.closed_at.is_(None), referrals.c.status != Status.DRAFT.value)
"""What is over, or not submitted, is no longer or not yet urgent."""

STATE: Final = tuple(
    referrals.c[name]
    for name in (
        "id", "person_id", "referring_organisation_id", "programme_id", "programme_organisation_id", "submitted_at",
        "status", "version", "decided_at", "decision_reason", "matched_at", "ended_at", "closed_at", "closing_reason",
        "choice_id", "acknowledged_at", "supported_at", "redirected_to", "agreement_id", "level", "reopened_at",
        "due_on",
    )
)  # fmt: skip
"""Where a referral stands."""
SUMMARY: Final = (
    *STATE,
    *(referrals.c[name] for name in ("received_on", "urgent", "source_reference")),
    OVERDUE.label("overdue"),
)
_FILTERS: Final = (
    sa.or_(_STATUS.is_(None), referrals.c.status == _STATUS),
    sa.or_(_PROGRAMME.is_(None), referrals.c.programme_id == _PROGRAMME),
)
_RANKS: Final[Sequence[tuple[bool, bool]]] = ((True, True), (True, False), (False, True), (False, False))
"""Whether what stands at a rank is overdue, and whether it is urgent."""


def _ranked(rank: int, whose: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """A page of those of one rank, in order of id, from where the page before ended."""
    overdue, urgent = _RANKS[rank]
    found = (
        sa.select(*SUMMARY, sa.literal(rank).label("rank"))
        .where(whose, *_FILTERS)
        .where(sa.or_(_OVERDUE_WANTED.is_(None), sa.literal(overdue) == _OVERDUE_WANTED))
        .where(sa.literal(rank) >= _RANK)
        .where(referrals.c.id > sa.case((sa.literal(rank) == _RANK, _AFTER), else_=FIRST.id))
        .where(_URGENT if urgent else sa.not_(_URGENT))
        .order_by(referrals.c.id)
        .limit(_LIMIT)
    )
    return found.where(referrals.c.due_on <= _TODAY, OVERDUE) if overdue else found.where(sa.not_(OVERDUE))


_MADE: Final = referrals.c.referring_organisation_id == _ASKING
_RECEIVED: Final = sa.and_(
    referrals.c.programme_organisation_id == _ASKING, referrals.c.referring_organisation_id != _ASKING
)
_all: Final = sa.union_all(
    *(sa.select(_ranked(rank, whose).subquery()) for rank in range(len(_RANKS)) for whose in (_MADE, _RECEIVED))
).subquery("every")
_REFERRALS: Final = audited(sa.select(_all).order_by(_all.c.rank, _all.c.id).limit(_LIMIT))
"""Each part walks an index of its own, so a page costs the same however many referrals there are."""

_NETWORK_REFERRALS: Final = audited(
    sa.select(
        *(column for column in SUMMARY if column.name != "source_reference"),
        sa.null().label("source_reference"),
        sa.literal(LAST).label("rank"),
    )
    .where(referrals.c.id > _AFTER, referrals.c.status != Status.DRAFT.value, *_FILTERS)
    .where(sa.or_(_OVERDUE_WANTED.is_(None), _OVERDUE_WANTED == OVERDUE))
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)
"""Without drafts, and without the organisations' own references, which lead to somebody in another system."""

_UNREAD: Final = audited(
    sa.select(*SUMMARY)
    .where(referrals.c.programme_organisation_id == _ASKING)
    .where(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None))
    .where(referrals.c.closed_at.is_(None))
    .where(referrals.c.id > _AFTER)
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)


async def list_referrals(
    tx: AsyncConnection,
    *,
    asking: UUID | None,
    status: str | None,
    programme_id: UUID | None,
    overdue: bool | None,
    after: Place | None,
    limit: int,
    now: datetime,
) -> Sequence[Found]:
    """Referrals without their people, each with its ``rank``: those ``asking`` made or received, the foremost first.

    For None all of the network, in order of making.
    """
    place = after or FIRST
    wanted = {"after": place.id, "rank": place.rank, "limit": limit, "status": status, "programme_id": programme_id}
    codes = (*((str(status),) if status else ()), *(("overdue",) if overdue else ()))
    wanted |= {"overdue": overdue, "today": clock.today(now)}
    wanted |= noted(tx, Entry("referrals-listed", "programme", programme_id, codes), now=now)
    if asking is None:
        return await list_rows(tx, _NETWORK_REFERRALS, wanted)
    return await list_rows(tx, _REFERRALS, {**wanted, "asking": asking})


async def list_unread_notes(
    tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int, now: datetime
) -> Sequence[Found]:
    """Open referrals to ``asking``'s programmes whose notes nobody has read, without their people."""
    listed = noted(tx, Entry("unread-notes-listed", "organisation", asking), now=now)
    wanted = {"asking": asking, "after": after or FIRST.id, "limit": limit, "today": clock.today(now)}
    return await list_rows(tx, _UNREAD, {**wanted, **listed})
