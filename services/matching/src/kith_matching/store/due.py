"""What is due now, of the whole network, in one statement; and what of it was told."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.due import AT_ONCE, NOTICE_DAYS, NOTICED_AFTER, QUIET_DAYS, Due, Raised
from kith_matching.domain.helping import Says
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.visit import LATE_IN, LATE_OUT, Missing
from kith_matching.domain.worklist import Work
from kith_matching.store.loose_ends import TO_TELL
from kith_matching.tables import (
    calls,
    dues,
    helpings,
    matches,
    programme_versions,
    referrals,
    rhythms,
    sessions,
    supporter_steps,
    supporters,
    visits,
)

_TODAY: Final = sa.bindparam("today", type_=sa.Date)
_NOW: Final = sa.bindparam("now", type_=sa.DateTime(timezone=True))
_HAPPENED: Final[sa.ColumnElement[str]] = sa.literal_column("'happened'")

OVERDUE_SINCE: Final = sa.case(
    (visits.c.checked_in_at.is_(None), visits.c.starts_at + LATE_IN), else_=visits.c.ends_at + LATE_OUT
)
"""From when on somebody is looked for who has not checked in, or out."""
IS_OVERDUE: Final = sa.and_(visits.c.checked_out_at.is_(None), visits.c.cancelled_at.is_(None), _NOW >= OVERDUE_SINCE)
"""A visit goes on, or should, and nobody has said in time that all is well. It counts whatever became of its match."""
IS_HARDER: Final = sa.and_(helpings.c.said == sa.literal_column(f"'{Says.HARDER}'"), helpings.c.seen_at.is_(None))
"""Somebody said that it is harder, and nobody has seen to it."""
SECOND_ON: Final = (
    sa.select(sessions.c.held_on)
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == _HAPPENED)
    .order_by(sessions.c.held_on)
    .offset(1)
    .limit(1)
    .scalar_subquery()
)
"""The day of a match's second session that happened."""
ASKED: Final = sa.exists().where(helpings.c.match_id == matches.c.id)
"""Whether the person of a match ever said whether it helps."""


def day_of(instant: sa.ColumnElement[datetime]) -> sa.ColumnElement[date]:
    """The civil day of an instant."""
    return sa.cast(sa.func.timezone("Europe/London", instant), sa.Date)


def _last(day: sa.ColumnElement[date], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[date]:
    return sa.select(day).where(*where).order_by(day.desc()).limit(1).scalar_subquery()


def _number(term: str) -> sa.ColumnElement[int]:
    return sa.cast(programme_versions.c.terms[term].astext, sa.Integer)


_NOTHING: Final[sa.ColumnElement[Any]] = sa.null().cast(sa.Uuid)
_ONCE: Final[sa.ColumnElement[Any]] = sa.null().cast(sa.Integer)
_UNSAID: Final[sa.ColumnElement[str]] = sa.literal_column("''")
_MISSED_AFTER: Final = _number("missed_after_days")
_SESSION_ON: Final = _last(sessions.c.held_on, sessions.c.match_id == matches.c.id, sessions.c.outcome == _HAPPENED)
_SILENT_FROM: Final = sa.case(
    (_MISSED_AFTER.is_not(None), sa.func.greatest(matches.c.made_on, _SESSION_ON) + _MISSED_AFTER + NOTICED_AFTER),
    else_=sa.func.greatest(
        matches.c.made_on,
        _SESSION_ON,
        _last(helpings.c.asked_on, helpings.c.match_id == matches.c.id),
        _last(calls.c.held_on, calls.c.supporter_id == matches.c.supporter_id),
        _last(rhythms.c.last_on, rhythms.c.supporter_id == matches.c.supporter_id),
    )
    + QUIET_DAYS
    + NOTICED_AFTER,
)
_ERASED: Final = sa.exists().where(referrals.c.id == matches.c.referral_id, referrals.c.erased)
_IS_ACTIVE: Final = sa.exists().where(
    supporters.c.id == rhythms.c.supporter_id, supporters.c.state == sa.literal_column(f"'{SupporterState.ACTIVE}'")
)
PLANNED_UNTIL: Final = sa.func.coalesce(matches.c.ends_on, matches.c.made_on + 7 * _number("length_weeks"))
"""The day until which a match is planned: as somebody said, else by its terms."""
TERMS_OF: Final = sa.and_(
    programme_versions.c.programme_id == matches.c.programme_id,
    programme_versions.c.version == matches.c.definition_version,
)
"""The terms with which a match began."""


def _one(kind: Work) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{kind}'")


def _either(where: sa.ColumnElement[bool], first: Work, second: Work) -> sa.ColumnElement[str]:
    return sa.case((where, _one(first)), else_=_one(second))


def _due(
    kind: sa.ColumnElement[str],
    table: sa.Table,
    about: Kind,
    due_on: sa.ColumnElement[Any],
    *,
    key: str = "id",
    about_key: str,
    referral_id: sa.ColumnElement[Any] = _NOTHING,
    every: sa.ColumnElement[Any] = _ONCE,
    missing: sa.ColumnElement[str] = _UNSAID,
) -> sa.Select[Any]:
    """What is due of one kind, as ``Due`` has it: rows of a table, each about a match or a supporter."""
    return sa.select(
        kind.label("kind"),
        table.c[key].label("thing_id"),
        sa.literal_column(f"'{about}'").label("about"),
        table.c[about_key].label("about_id"),
        table.c.organisation_id,
        (table.c.programme_id if "programme_id" in table.c else _NOTHING).label("programme_id"),
        referral_id.label("referral_id"),
        due_on.label("due_on"),
        every.label("every"),
        missing.label("missing"),
    )


def _of_match(
    kind: sa.ColumnElement[str],
    due_on: sa.ColumnElement[Any],
    *where: sa.ColumnElement[bool],
    every: sa.ColumnElement[Any] = _ONCE,
) -> sa.Select[Any]:
    """The same of matches that run and whose person was not erased, whatever became of their supporter."""
    return (
        _due(kind, matches, Kind.MATCH, due_on, about_key="id", referral_id=matches.c.referral_id, every=every)
        .outerjoin(programme_versions, TERMS_OF)
        .where(matches.c.ended_on.is_(None), ~_ERASED, due_on <= _TODAY, *where)
    )


_RESTS: Final = sa.exists().where(
    supporters.c.id == matches.c.supporter_id, supporters.c.state != sa.literal_column(f"'{SupporterState.ACTIVE}'")
)
_RESTS_FROM: Final = sa.func.greatest(
    matches.c.made_on,
    _last(
        supporter_steps.c.begun_on,
        supporter_steps.c.supporter_id == matches.c.supporter_id,
        supporter_steps.c.kind == sa.literal_column("'state'"),
        supporter_steps.c.finished_on.is_(None),
    ),
)
"""Since when the supporter of a match is where they are. Nobody learns from it why they rest."""
_MISSING: Final = sa.case(
    (visits.c.checked_in_at.is_(None), sa.literal_column(f"'{Missing.CHECK_IN}'")),
    else_=sa.literal_column(f"'{Missing.CHECK_OUT}'"),
)
DUE: Final = sa.union_all(
    _due(
        _one(Work.LOOK_FOR_VISITOR),
        visits,
        Kind.SUPPORTER,
        day_of(OVERDUE_SINCE),
        about_key="supporter_id",
        missing=_MISSING,
    ).where(IS_OVERDUE),
    TO_TELL,
    _due(
        _one(Work.SEE_TO_HARDER),
        helpings,
        Kind.MATCH,
        helpings.c.asked_on,
        about_key="match_id",
        referral_id=helpings.c.referral_id,
    ).where(IS_HARDER),
    _of_match(_one(Work.ARRANGE_COVER), _RESTS_FROM, _RESTS),
    _of_match(
        _either(_MISSED_AFTER.is_not(None), Work.HOLD_SESSION, Work.GET_IN_TOUCH),
        _SILENT_FROM,
        every=sa.func.coalesce(_MISSED_AFTER, QUIET_DAYS),
    ),
    _due(
        _one(Work.SUPERVISE),
        rhythms,
        Kind.SUPPORTER,
        rhythms.c.due_on + 1,
        key="supporter_id",
        about_key="supporter_id",
    ).where(rhythms.c.due_on < _TODAY, _IS_ACTIVE),
    _of_match(_one(Work.REVIEW), matches.c.review_on),
    _of_match(_one(Work.ASK_WHETHER_IT_HELPS), sa.case((~ASKED, SECOND_ON)), matches.c.review_on > _TODAY),
    _of_match(_one(Work.CHECK_BALANCE), matches.c.balance_due_on),
    _of_match(
        _either(PLANNED_UNTIL <= _TODAY, Work.SEE_TO_ENDING, Work.PREPARE_ENDING),
        sa.case((PLANNED_UNTIL <= _TODAY, PLANNED_UNTIL), else_=PLANNED_UNTIL - NOTICE_DAYS),
    ),
).subquery("due")
"""What is due ``today`` (Europe/London), and visits that are overdue ``now``: a row for each, until it is seen to.

Whatever else may fall due stands here and in ``Work``; the timer and the worklist then know of it.
"""
_TOLD: Final = sa.exists().where(
    dues.c.kind == DUE.c.kind,
    dues.c.thing_id == DUE.c.thing_id,
    dues.c.missing == DUE.c.missing,
    dues.c.due_on >= sa.func.greatest(DUE.c.due_on, _TODAY - DUE.c.every + 1),
)
_NEW: Final = sa.select(DUE).where(~_TOLD)
_FIND: Final = _NEW.order_by(DUE.c.kind.in_(sorted(AT_ONCE)).desc(), DUE.c.due_on, DUE.c.kind, DUE.c.thing_id).limit(
    sa.bindparam("limit", type_=sa.Integer)
)


def _any(name: str) -> sa.ColumnElement[Any]:
    return sa.any_(sa.bindparam(name, type_=ARRAY(sa.Uuid)))


_FIND_OF: Final = _NEW.where(
    sa.or_(
        DUE.c.referral_id == _any("referrals"),
        sa.and_(DUE.c.referral_id.is_(None), DUE.c.about_id == _any("supporters")),
    )
)
_HOLD_REFERRALS: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.id == _any("ids"))
    .order_by(referrals.c.id)
    .with_for_update(skip_locked=True)
)
_HOLD_SUPPORTERS: Final = (
    sa.select(supporters.c.id)
    .where(supporters.c.id == _any("ids"))
    .order_by(supporters.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_KEEP: Final = sa.text(
    "insert into dues select * from jsonb_populate_recordset(null::dues, cast(:rows as jsonb))"
    " on conflict (kind, thing_id, missing, due_on) do nothing returning id"
)


async def list_new(tx: AsyncConnection, *, limit: int, today: date, now: datetime) -> list[Due]:
    """What is due and was not told, at most ``limit``: what cannot wait first, then what is due longest."""
    return _read(await tx.execute(_FIND, {"today": today, "now": now, "limit": limit}))


async def list_new_for_update(tx: AsyncConnection, found: Iterable[Due], *, today: date, now: datetime) -> list[Due]:
    """What of the same is still due, and was not told meanwhile; the referrals and supporters it is about are locked.

    What somebody else holds now is passed over until the next time.
    """
    known = list(found)
    theirs = sorted({one.referral_id for one in known if one.referral_id is not None})
    others = sorted({one.about_id for one in known if one.referral_id is None})
    held = {
        "referrals": list((await tx.execute(_HOLD_REFERRALS, {"ids": theirs})).scalars()),
        "supporters": list((await tx.execute(_HOLD_SUPPORTERS, {"ids": others})).scalars()),
    }
    return _read(await tx.execute(_FIND_OF, {"today": today, "now": now, **held}))


async def keep(tx: AsyncConnection, raised: Sequence[Raised], *, now: datetime) -> list[Raised]:
    """Keep what fell due; those of it that were not kept before."""
    rows = [_row(one, now) for one in raised]
    kept: Collection[UUID] = set((await tx.execute(_KEEP, {"rows": json.dumps(rows, default=str)})).scalars())
    return [one for one in raised if one.id in kept]


def _row(raised: Raised, now: datetime) -> dict[str, Any]:
    names = ("kind", "thing_id", "missing", "due_on", "organisation_id", "referral_id")
    return {"id": raised.id, "raised_at": now, **{name: getattr(raised.due, name) for name in names}}


def _read(rows: Iterable[sa.Row[Any]]) -> list[Due]:
    found = (dict(row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name for it
    return [Due(**{**one, "kind": Work(one["kind"]), "about": Kind(one["about"])}) for one in found]
