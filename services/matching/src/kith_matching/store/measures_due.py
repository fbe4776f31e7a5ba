"""Which measures of programmes' plans are due now, and of whom: to be joined with what else is due."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from kith_matching.domain.measurement import Moment
from kith_matching.domain.measures_due import (
    ASKED_AFTER,
    ASKED_FOR_DAYS,
    BEFORE_ENDING_DAYS,
    BEFORE_REVIEW_DAYS,
    Asked,
    Why,
)
from kith_matching.domain.supporter import SupporterState
from kith_matching.tables import (
    helpings,
    matches,
    measure_declines,
    measurements,
    own_measures,
    programme_versions,
    referrals,
    sessions,
    supporters,
)

_TODAY: Final = sa.bindparam("today", type_=sa.Date)


def _is(value: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{value}'")


_PLAN: Final = (
    sa.func.jsonb_to_recordset(programme_versions.c.terms["measures"])
    .table_valued(
        sa.column("instrument", sa.Text),
        sa.column("of", sa.Text),
        sa.column("at", JSONB),
        sa.column("weeks_after_ending", sa.Integer),
        name="plan",
    )
    .render_derived(with_types=True)
)
"""What a version of a programme's definition asks, a row for each instrument."""
_FIRST_ON: Final = (
    sa.select(sessions.c.held_on)
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == _is("happened"))
    .order_by(sessions.c.held_on)
    .limit(1)
    .scalar_subquery()
)
_REVIEW_ON: Final = sa.case(
    (matches.c.review_on <= _TODAY, matches.c.review_on),
    else_=sa.select(sa.func.max(helpings.c.review_on)).where(helpings.c.match_id == matches.c.id).scalar_subquery(),
)
"""The review that is due; else the last that was held, since when it was due."""
_SUPPORTER_STAYS: Final = sa.and_(
    _PLAN.c.of == _is(Asked.SUPPORTER),
    ~sa.exists().where(supporters.c.id == matches.c.supporter_id, supporters.c.state == _is(SupporterState.LEFT)),
)
"""The supporter is asked, who has not left. Nobody answers for a household, whatever a file says."""
_RUNS: Final = matches.c.ended_on.is_(None)
_ENDED_WELL: Final = matches.c.ending.in_([_is(one) for one in ASKED_AFTER])


def select_measures_due(terms: sa.ColumnElement[bool], planned_until: sa.ColumnElement[Any]) -> sa.Subquery:
    """A row for each match and moment at which anything is asked ``today``: since when, and what, of whom.

    ``terms`` joins a match with the terms with which it began, ``planned_until`` is the day until which it is planned.
    Nobody is asked without consent, or who was erased or has died.
    """
    weeks = 7 * _PLAN.c.weeks_after_ending
    moments = sa.union_all(
        _at(terms, Moment.BASELINE, _FIRST_ON, _RUNS),
        _at(terms, Moment.REVIEW, _REVIEW_ON, _RUNS),
        _at(terms, Moment.ENDING, planned_until, _RUNS),
        _at(
            terms,
            Moment.ENDING,
            sa.func.least(planned_until, matches.c.ended_on),
            _ENDED_WELL,
            matches.c.ended_on > _TODAY - ASKED_FOR_DAYS,
        ),
        _at(
            terms,
            Moment.FOLLOW_UP,
            matches.c.ended_on + weeks,
            _ENDED_WELL,
            matches.c.ended_on <= _TODAY - weeks,
            matches.c.ended_on > _TODAY - weeks - ASKED_FOR_DAYS,
        ),
    ).subquery("moments")
    asked = sa.func.jsonb_build_object("instrument", moments.c.instrument, "of", moments.c.of)
    whose = [moments.c[name] for name in ("match_id", "referral_id", "supporter_id", "programme_id", "organisation_id")]
    return (
        sa.select(
            *whose,
            moments.c.moment,
            moments.c.due_on,
            sa.func.jsonb_agg(aggregate_order_by(asked, moments.c.of, moments.c.instrument)).label("asked"),
        )
        .where(moments.c.due_on <= _TODAY, ~_answered(moments), ~_answered_themself(moments), ~_declined(moments))
        .group_by(*whose, moments.c.moment, moments.c.due_on)
        .subquery("measures_due")
    )


def _at(
    terms: sa.ColumnElement[bool], moment: Moment, due_on: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """What is asked of matches at a moment, due or not, answered or not."""
    asked = _PLAN.c.weeks_after_ending.is_not(None) if moment is Moment.FOLLOW_UP else _PLAN.c.at.has_key(_is(moment))
    return (
        sa.select(
            matches.c.id.label("match_id"),
            *(matches.c[name] for name in ("referral_id", "supporter_id", "programme_id", "organisation_id")),
            _is(moment).label("moment"),
            due_on.label("due_on"),
            _PLAN.c.instrument,
            _PLAN.c.of,
        )
        .select_from(matches)
        .join(programme_versions, terms)
        .join(_PLAN, sa.true())
        .join(referrals, referrals.c.id == matches.c.referral_id)
        .where(
            referrals.c.consented,
            ~referrals.c.erased,
            sa.func.coalesce(referrals.c.closed_reason, "") != _is("died"),
            asked,
            sa.or_(_PLAN.c.of.in_([_is(Asked.PERSON), _is(Asked.CARER)]), _SUPPORTER_STAYS),
            *where,
        )
    )


def _in_time(moments: sa.Subquery, day: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether an answer of a day is one to what is due: one before the first session is a baseline, whenever it was."""
    before = sa.case((moments.c.moment == _is(Moment.REVIEW), BEFORE_REVIEW_DAYS), else_=BEFORE_ENDING_DAYS)
    return sa.or_(moments.c.moment == _is(Moment.BASELINE), day > moments.c.due_on - before)


def _answered(moments: sa.Subquery) -> sa.ColumnElement[bool]:
    of = measurements.c
    return sa.exists().where(
        of.referral_id == moments.c.referral_id,
        of.of == moments.c.of,
        of.instrument == moments.c.instrument,
        of.moment == moments.c.moment,
        _in_time(moments, of.taken_on),
    )


def _answered_themself(moments: sa.Subquery) -> sa.ColumnElement[bool]:
    of = own_measures.c
    return sa.and_(
        moments.c.of == _is(Asked.SUPPORTER),
        sa.exists().where(
            of.supporter_id == moments.c.supporter_id,
            of.programme_id == moments.c.programme_id,
            of.instrument == moments.c.instrument,
            of.moment == moments.c.moment,
            _in_time(moments, of.taken_on),
        ),
    )


def _declined(moments: sa.Subquery) -> sa.ColumnElement[bool]:
    of = measure_declines.c
    this = sa.and_(of.moment == moments.c.moment, _in_time(moments, of.due_on))
    return sa.exists().where(
        of.match_id == moments.c.match_id, of.of == moments.c.of, sa.or_(this, of.why == _is(Why.NO_CARER))
    )
