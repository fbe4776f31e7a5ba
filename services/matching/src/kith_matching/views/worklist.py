"""All that a coordinator has to see to, in one query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.match import Ending
from kith_matching.domain.worklist import CONCERN, GROUP, Work
from kith_matching.store.due import DUE, day_of
from kith_matching.store.rounds import WAITS
from kith_matching.tables import (
    comings,
    concerns,
    looked_after,
    loose_ends,
    matches,
    places,
    programmes,
    proposals,
    referrals,
    sessions,
    unplaceable,
)
from kith_matching.tables.metadata import CODES
from kith_matching.views.concerns import ANSWER_BY, IS_OPEN
from kith_matching.views.reading import LIMIT, ORGANISATION


def _work(
    kind: Work,
    table: sa.Table,
    about: str,
    due_on: sa.ColumnElement[date],
    *where: sa.ColumnElement[bool],
    key: str = "id",
    about_key: str | None = None,
    urgent: sa.ColumnElement[bool] | None = None,
) -> sa.Select[Any]:
    """What there is to do of one kind: rows of a table, each about a match, a referral or a supporter."""
    programme_id = table.c.programme_id if "programme_id" in table.c else sa.null().cast(sa.Uuid)
    return sa.select(
        sa.literal(kind.value).label("kind"),
        table.c[key].label("id"),
        sa.literal(str(about)).label("about"),
        table.c[about_key or key].label("about_id"),
        programme_id.label("programme_id"),
        due_on.label("due_on"),
        (sa.false() if urgent is None else urgent).label("urgent"),
    ).where(table.c.organisation_id == ORGANISATION, *where)


_MET: Final = (
    sa.select(sessions.c.held_on.label("first_on"))
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == sa.literal_column("'happened'"))
    .order_by(sessions.c.held_on)
    .limit(1)
    .lateral("met")
)
_EXPLAINED: Final = sa.exists().where(sessions.c.match_id == matches.c.id, sessions.c.limits_explained)
"""Of a match only this is looked for, by an index: not every session that it ever had."""
_IS_FORMAL: Final = sa.exists().where(
    programmes.c.id == comings.c.programme_id, programmes.c.terms["formality"].astext == sa.literal_column("'formal'")
)
_UNPLACEABLE: Final = sa.exists().where(unplaceable.c.referral_id == referrals.c.id)
_DIED: Final = sa.and_(
    DUE.c.kind == sa.literal_column(f"'{Work.TELL_SUPPORTER}'"),
    sa.exists().where(matches.c.id == DUE.c.thing_id, matches.c.ending == sa.literal_column(f"'{Ending.DIED}'")),
)
"""Whoever supported somebody who died is told before all others."""
_FELL_DUE: Final = sa.select(
    DUE.c.kind,
    DUE.c.thing_id,
    DUE.c.about,
    DUE.c.about_id,
    DUE.c.programme_id,
    DUE.c.due_on,
    _DIED,
).where(DUE.c.organisation_id == ORGANISATION)
_ALL: Final = sa.union_all(
    _work(Work.ANSWER_CONCERN, concerns, CONCERN, day_of(ANSWER_BY), IS_OPEN),
    _work(
        Work.TAKE_ANSWER,
        proposals,
        Kind.REFERRAL,
        day_of(proposals.c.answer_by),
        proposals.c.ended_at.is_(None),
        about_key="referral_id",
    ),
    _work(
        Work.TAKE_PLACE_ANSWER,
        places,
        Kind.REFERRAL,
        day_of(places.c.answer_by),
        places.c.state == sa.literal_column("'offered'"),
        about_key="referral_id",
    ),
    _work(
        Work.VISIT_WITHOUT_PLAN,
        loose_ends,
        Kind.MATCH,
        loose_ends.c.since,
        loose_ends.c.kind == sa.literal_column(f"'{Work.VISIT_WITHOUT_PLAN}'"),
        loose_ends.c.seen_at.is_(None),
        about_key="match_id",
    ),
    _work(
        Work.EXPLAIN_LIMITS,
        matches,
        Kind.MATCH,
        _MET.c.first_on,
        matches.c.ended_on.is_(None),
        ~_EXPLAINED,
    ),
    _work(
        Work.EXPLAIN_LIMITS,
        comings,
        Kind.REFERRAL,
        comings.c.first_on,
        ~comings.c.stopped,
        ~comings.c.limits_explained,
        comings.c.first_on.is_not(None),
        _IS_FORMAL,
        key="referral_id",
    ),
    _work(Work.FIND_SUPPORTER, unplaceable, Kind.REFERRAL, day_of(unplaceable.c.since), sa.true(), key="referral_id"),
    _work(
        Work.PROPOSE,
        referrals,
        Kind.REFERRAL,
        referrals.c.received_on,
        WAITS,
        ~_UNPLACEABLE,
        urgent=referrals.c.urgent,
    ),
    _FELL_DUE,
).cte("work")
_COORDINATOR: Final = sa.bindparam("coordinator", type_=sa.Text)
_THEIRS: Final = (
    sa.select(_ALL)
    .where(
        sa.or_(
            _COORDINATOR.is_(None),
            _ALL.c.about.in_((CONCERN, GROUP)),
            sa.exists().where(
                looked_after.c.kind == _ALL.c.about,
                looked_after.c.about_id == _ALL.c.about_id,
                looked_after.c.coordinator == _COORDINATOR,
            ),
        )
    )
    .cte("theirs")
)


def _in_order(rows: Any) -> tuple[sa.ColumnElement[Any], ...]:
    place = sa.func.array_position(sa.bindparam("kinds", type_=CODES), rows.c.kind)
    return place, rows.c.urgent.is_(False), rows.c.due_on, rows.c.id


_EACH: Final = sa.select(_THEIRS.c.kind, sa.func.count().label("number")).group_by(_THEIRS.c.kind).subquery("each")
_COUNTED: Final = sa.select(sa.func.jsonb_object_agg(_EACH.c.kind, _EACH.c.number).label("counts")).subquery("counted")
_FIRST: Final = sa.select(_THEIRS).order_by(*_in_order(_THEIRS)).limit(LIMIT).subquery("first")
_WORK: Final = (
    sa.select(_COUNTED.c.counts, *_FIRST.c)
    .select_from(_COUNTED.outerjoin(_FIRST, sa.true()))
    .order_by(*_in_order(_FIRST))
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to see to: of what kind, its id, which match, referral or supporter it is about, and since when.

    ``due_on`` is a day in Europe/London: when it was or will be due, or since when somebody waits.
    """

    kind: Work
    id: UUID
    about: str
    about_id: UUID
    programme_id: UUID | None
    due_on: date
    urgent: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """What comes first, and how much there is of each kind."""

    items: tuple[Item, ...]
    counts: dict[Work, int]


async def list_work(
    tx: AsyncConnection, organisation_id: UUID, *, coordinator: str | None, limit: int, now: datetime
) -> Worklist:
    """What the organisation's coordinators, or one of them, have to see to; at most ``limit`` of it."""
    asked = {"organisation_id": organisation_id, "today": clock.today(now), "now": now, "coordinator": coordinator}
    rows = (await tx.execute(_WORK, {**asked, "limit": limit, "kinds": list(Work)})).mappings().all()
    await audit.record(tx, Entry("worklist-read", "organisation", organisation_id), now=now)
    counts = {Work(kind): number for kind, number in (rows[0]["counts"] or {}).items()}
    items = [{name: value for name, value in row.items() if name != "counts"} for row in rows if row["kind"]]
    return Worklist(tuple(Item(**{**one, "kind": Work(one["kind"])}) for one in items), counts)
