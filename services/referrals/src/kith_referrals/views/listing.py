"""Read-only SQL for lists of referrals: the longest overdue first, then what is urgent, then in order of making."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.audit import Entry, audited, noted
from kith_chassis.connections import driver_of
from kith_referrals.domain import feedback, lifecycle
from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.listing import FIRST, LAST, RANKS, Place
from kith_referrals.domain.referral import Status
from kith_referrals.tables import referrals
from kith_referrals.views.finding import Found, list_rows
from kith_referrals.views.knowing import HEARS, SHOWN_STATUS, as_known, hears_of

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_AFTER_DUE: Final = sa.bindparam("after_due", type_=sa.Date)
_RANK: Final = sa.bindparam("rank", type_=sa.Integer)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_ASKING: Final = sa.bindparam("asking", type_=sa.Uuid)
_STATUS: Final = sa.bindparam("status", type_=sa.Text)
_MAY_BE_SHOWN_SO: Final = sa.bindparam("may_be_shown_so", type_=ARRAY(sa.Text))
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
_IN_TIME: Final = sa.or_(
    referrals.c.due_on.is_(None),
    referrals.c.due_on > _TODAY,
    sa.and_(referrals.c.due_on == _TODAY, referrals.c.status != Status.NOT_YET.value),
)
"""Everything else, said so that PostgreSQL can guess how many there are, and walks an index in the order shown."""
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

_MADE: Final = referrals.c.referring_organisation_id == _ASKING
_RECEIVED: Final = sa.and_(
    referrals.c.programme_organisation_id == _ASKING, referrals.c.referring_organisation_id != _ASKING
)
_own: Final = referrals.c.programme_organisation_id == _ASKING
_stands_as_shown: Final = sa.case((_own, referrals.c.status), else_=SHOWN_STATUS)
_is_not_told: Final = sa.and_(
    sa.not_(_own),
    hears_of(referrals.c.id).in_([level.value for level in Feedback if not level.tells(feedback.DUE_FROM)]),
)
_overdue_as_shown: Final = sa.and_(OVERDUE, sa.not_(_is_not_told))
_in_time_as_shown: Final = sa.or_(_IN_TIME, _is_not_told)
"""Nobody finds, or sees in front of a list, what no row would say."""

_OVERDUE_RANKS: Final = [rank for rank, (overdue, _) in enumerate(RANKS) if overdue]


@dataclass(frozen=True, slots=True)
class _Narrow:
    """What is asked for: nothing in particular, a status, a programme's, or both.

    ``alone``: nothing that stands elsewhere is shown so. ``open``: nothing that is shown so is over, or a draft.
    """

    programme: bool
    status: bool = False
    alone: bool = False
    open: bool = False

    @property
    def ranks(self) -> Sequence[int]:
        """Where something may be found: what is over, or a draft, is neither urgent nor overdue."""
        return range(len(RANKS)) if self.open or not self.status else (LAST,)


def _narrowed(statement: sa.Select[Any], narrow: _Narrow, rank: int = LAST, *, made: bool = False) -> sa.Select[Any]:
    """Only those that stand as asked (of those it ``made``, that the referrer is shown so), or go to the programme.

    What is not asked for is no condition: one that may be none keeps PostgreSQL from the index with the status in it.
    One index is walked, of the rank (with the programme at its end), else of the status, else of the programme: none
    can be read for *is not distinct from*. (In the programme's the oldest come first, and those are closed.)
    """
    if narrow.status and made:
        statement = statement.where(_stands_as_shown == _STATUS)
    if narrow.status and made and not narrow.alone:
        statement = statement.where(referrals.c.status == sa.any_(_MAY_BE_SHOWN_SO))
        if narrow.open:
            statement = statement.where(referrals.c.closed_at.is_(None))
    elif narrow.status:
        statement = statement.where(_is(referrals.c.status, _STATUS, walked=rank == LAST))
    if narrow.programme:
        walked = rank != LAST or not narrow.status
        statement = statement.where(_is(referrals.c.programme_id, _PROGRAMME, walked=walked))
    return statement


def _is(column: sa.Column[Any], asked: sa.BindParameter[Any], *, walked: bool) -> sa.ColumnElement[bool]:
    return column == asked if walked else column.is_not_distinct_from(asked)


def _ranked(rank: int, narrow: _Narrow, *, made: bool) -> sa.Select[Any]:
    """A page of those of one rank, in an order that an index has, from where the page before ended."""
    overdue, urgent = RANKS[rank]
    goes_on = sa.literal(rank) == _RANK
    after = sa.case((goes_on, _AFTER), else_=FIRST.id)
    found = (
        _narrowed(sa.select(*SUMMARY, sa.literal(rank).label("rank")), narrow, rank, made=made)
        .add_columns(HEARS if made else sa.null().label("hears"))
        .where(_MADE if made else _RECEIVED)
        .where(sa.or_(_OVERDUE_WANTED.is_(None), sa.literal(overdue) == _OVERDUE_WANTED))
        .where(sa.literal(rank) >= _RANK)
        .limit(_LIMIT)
    )
    if overdue:
        place = sa.tuple_(sa.case((goes_on, _AFTER_DUE), else_=date.min), after)
        return (
            found.where(_overdue_as_shown if made else OVERDUE)
            .where(referrals.c.urgent if urgent else sa.not_(referrals.c.urgent))
            .where(referrals.c.due_on <= _TODAY, sa.tuple_(referrals.c.due_on, referrals.c.id) > place)
            .order_by(referrals.c.due_on, referrals.c.id)
        )
    return (
        found.where(_in_time_as_shown if made else _IN_TIME)
        .where(_URGENT if urgent else sa.not_(_URGENT))
        .where(referrals.c.id > after)
        .order_by(referrals.c.id)
    )


def _page(narrow: _Narrow) -> sa.Select[Any]:
    """Each part walks an index of its own, so a page costs the same however many referrals there are.

    Nobody looks for those of a rank where the ranks before it have filled the page.
    """
    found: list[sa.CTE] = []
    for rank in narrow.ranks:
        parts = (sa.select(_ranked(rank, narrow, made=made).subquery()) for made in (True, False))
        both = sa.union_all(*parts).subquery()
        ranked = sa.select(both).order_by(*_order(both)).limit(_LIMIT)
        if found:
            before = sum(sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in found)
            ranked = ranked.where(before < _LIMIT)
        found.append(ranked.cte(f"rank_{rank}"))
    every = sa.union_all(*(sa.select(one) for one in found)).subquery("every")
    return audited(sa.select(every).order_by(every.c.rank, *_order(every)).limit(_LIMIT))


def _order(found: sa.FromClause) -> tuple[sa.ColumnElement[Any], ...]:
    return sa.case((found.c.rank.in_(_OVERDUE_RANKS), found.c.due_on)), found.c.id


def _network_page(narrow: _Narrow) -> sa.Select[Any]:
    """Without drafts, and without the organisations' own references, which lead to somebody in another system."""
    shown = (column for column in SUMMARY if column.name != "source_reference")
    page = sa.select(*shown, sa.null().label("source_reference"), sa.literal(LAST).label("rank"))
    return audited(
        _narrowed(page, narrow)
        .where(referrals.c.id > _AFTER, referrals.c.status != Status.DRAFT.value)
        .where(sa.or_(_OVERDUE_WANTED.is_(None), OVERDUE == _OVERDUE_WANTED))
        .order_by(referrals.c.id)
        .limit(_LIMIT)
    )


_NARROW: Final = tuple(
    _Narrow(programme, *status)
    for programme in (True, False)
    for status in ((False, False, False), *product((True,), (True, False), (True, False)))
)
_REFERRALS: Final = {narrow: _page(narrow) for narrow in _NARROW}
_NETWORK_REFERRALS: Final = {narrow: _network_page(narrow) for narrow in _NARROW}

_UNREAD: Final = audited(
    sa.select(*SUMMARY)
    .where(referrals.c.programme_organisation_id == _ASKING)
    .where(referrals.c.notes_waited, referrals.c.notes_read_at.is_(None))
    .where(referrals.c.closed_at.is_(None))
    .where(referrals.c.id > _AFTER)
    .order_by(referrals.c.id)
    .limit(_LIMIT)
)

_WALK: Final = "set local enable_sort = off"
"""Let PostgreSQL take the index that has the order which a part asks for, whatever it believes of sorting.

It cannot know how few rows row-level security and the rules of feedback pass over, takes what is left for a handful,
and would rather read and sort all that an organisation has (seen: a second, with a million stored).
"""


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

    Those it made are as it may know them, and are found by the status that it is shown. For None all of the network, in
    order of making.
    """
    place = after or FIRST
    may_be = feedback.may_be_shown_as(Status(status)) if status else frozenset()
    narrow = _narrow(may_be, programme_id)
    wanted: dict[str, Any] = {"after": place.id, "rank": place.rank, "limit": limit, "overdue": overdue}
    wanted |= {"after_due": place.due_on or date.min, "today": clock.today(now)}
    wanted |= {"status": status, "may_be_shown_so": sorted(may_be), "programme_id": programme_id}
    codes = (*((str(status),) if status else ()), *(("overdue",) if overdue else ()))
    wanted |= noted(tx, Entry("referrals-listed", "programme", programme_id, codes), now=now)
    if asking is None:
        return await list_rows(tx, _NETWORK_REFERRALS[narrow], wanted)
    await driver_of(tx).execute(_WALK)
    rows = await list_rows(tx, _REFERRALS[narrow], {**wanted, "asking": asking})
    return [as_known(row, asking) for row in rows]


def _narrow(may_be: frozenset[Status], programme_id: UUID | None) -> _Narrow:
    alone, is_open = len(may_be) == 1, bool(may_be) and may_be <= lifecycle.OPEN
    return _Narrow(programme_id is not None, status=bool(may_be), alone=alone, open=is_open)


async def list_unread_notes(
    tx: AsyncConnection, *, asking: UUID, after: UUID | None, limit: int, now: datetime
) -> Sequence[Found]:
    """Open referrals to ``asking``'s programmes whose notes nobody has read, without their people."""
    listed = noted(tx, Entry("unread-notes-listed", "organisation", asking), now=now)
    wanted = {"asking": asking, "after": after or FIRST.id, "limit": limit, "today": clock.today(now)}
    return await list_rows(tx, _UNREAD, {**wanted, **listed})
