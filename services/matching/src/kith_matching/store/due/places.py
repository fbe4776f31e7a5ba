"""What is due of groups, courses and slots: whom to ask, who stays away, and which group does not meet."""

from typing import Any, Final

import sqlalchemy as sa

from kith_matching.domain.components import Component
from kith_matching.domain.due import NOTICED_AFTER
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.places import PlaceState
from kith_matching.domain.worklist import GROUP, Work
from kith_matching.store.due.selects import HAPPENED, TODAY, day_of, due, last, one
from kith_matching.tables import attendances, comings, group_plans, matches, places, programmes, sessions


def _number(term: str) -> sa.ColumnElement[int]:
    return sa.cast(programmes.c.terms[term].astext, sa.Integer)


_REFERRAL: Final = "referral_id"
_ASKS: Final = programmes.c.terms["components"].has_key(sa.literal_column(f"'{Component.HELPS_OR_NOT}'"))
_SINCE: Final = sa.func.greatest(comings.c.first_on, comings.c.reviewed_on)
_REVIEW_ON: Final = sa.case((comings.c.last_on > _SINCE, _SINCE + 7 * _number("review_weeks")))
"""A review is of what there was since the last: nobody is asked about meetings to which they did not come."""
_SECOND_ON: Final = sa.case((comings.c.asked_on.is_(None), comings.c.second_on))
_IS_MATCHED: Final = sa.exists().where(matches.c.referral_id == comings.c.referral_id, matches.c.ended_on.is_(None))
ASK_ON: Final = sa.func.least(_SECOND_ON, _REVIEW_ON)
"""Since when somebody is to be asked of the meetings to which they come: after the second, and at every review."""
ASKED_OF_MEETINGS: Final = sa.and_(~comings.c.stopped, ~_IS_MATCHED, _ASKS)
"""Who is asked: whoever comes, where the programme's definition says so. Who is matched is asked of that."""
PROGRAMME_OF: Final = programmes.c.id == comings.c.programme_id
"""The programme, with the terms that are in force."""


def _of_coming(kind: Work, due_on: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    referral_id = comings.c[_REFERRAL]
    found = due(one(kind), comings, Kind.REFERRAL, due_on, key=_REFERRAL, about_key=_REFERRAL, referral_id=referral_id)
    return found.join(programmes, PROGRAMME_OF).where(ASKED_OF_MEETINGS, due_on <= TODAY, *where)


def _met(group_id: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    return sessions.c.group_id == group_id, sessions.c.outcome == HAPPENED


_MISSED_AFTER: Final = _number("missed_after_days")
_HELD: Final = sa.select(sa.func.count()).where(*_met(group_plans.c.group_id)).scalar_subquery()
_GOES_ON: Final = sa.and_(
    group_plans.c.slot_starts_at.is_(None), sa.or_(group_plans.c.meetings.is_(None), group_plans.c.meetings > _HELD)
)
"""It is no slot, and not a course that has had all its meetings."""
_seen_at = (attendances.c.session_id == sessions.c.id, attendances.c.referral_id == places.c.referral_id)
_THERE_ON: Final = (
    sa.select(sa.func.max(sessions.c.held_on)).where(*_seen_at, *_met(places.c.group_id)).scalar_subquery()
)
_IS_THERE: Final = sa.exists().where(
    *_seen_at, *_met(places.c.group_id), sessions.c.held_on > TODAY - _MISSED_AFTER - NOTICED_AFTER
)
"""They came of late: of almost all this is so, and of them nothing more is looked up."""
_SAID_ON: Final = sa.select(comings.c.asked_on).where(comings.c.referral_id == places.c.referral_id).scalar_subquery()
_SEEN_ON: Final = sa.func.greatest(day_of(sa.func.coalesce(places.c.taken_at, places.c.joined_at)), _THERE_ON, _SAID_ON)
_seen = (
    sa.select(*places.c, _SEEN_ON.label("seen_on"), _MISSED_AFTER.label("missed_after"))
    .join(programmes, programmes.c.id == places.c.programme_id)
    .where(
        places.c.state == sa.literal_column(f"'{PlaceState.TAKEN}'"),
        places.c.begins_at.is_(None),
        _MISSED_AFTER.is_not(None),
        ~_IS_THERE,
    )
    .offset(0)
    .subquery("seen")
)
_without = (
    sa.select(sa.func.min(sessions.c.held_on).label("met_on"))
    .where(*_met(_seen.c.group_id), sessions.c.held_on > _seen.c.seen_on)
    .lateral("without")
)
_AWAY_FROM: Final = sa.func.greatest(_seen.c.seen_on + _seen.c.missed_after + NOTICED_AFTER, _without.c.met_on)
_AWAY: Final = (
    due(one(Work.GET_IN_TOUCH), _seen, Kind.REFERRAL, _AWAY_FROM, about_key=_REFERRAL, referral_id=_seen.c[_REFERRAL])
    .join(group_plans, group_plans.c.group_id == _seen.c.group_id)
    .join(_without, sa.true())
    .where(_without.c.met_on.is_not(None), _GOES_ON, _AWAY_FROM <= TODAY)
)
"""Whoever has a place and was not seen for so long, while the group met without them; an answer of theirs is a sign."""
_MET_ON: Final = last(sessions.c.held_on, *_met(group_plans.c.group_id))
_STALE_FROM: Final = sa.func.greatest(group_plans.c.starts_on, _MET_ON) + _MISSED_AFTER + NOTICED_AFTER
_STALE: Final = (
    due(one(Work.SEE_TO_GROUP), group_plans, GROUP, _STALE_FROM, key="group_id", about_key="group_id")
    .join(programmes, programmes.c.id == group_plans.c.programme_id)
    .where(_MISSED_AFTER.is_not(None), _GOES_ON, _STALE_FROM <= TODAY)
)
"""A group that is planned and has not met for so long. An informal programme has no such days."""

OF_PLACES: Final = (
    _of_coming(Work.REVIEW, _REVIEW_ON),
    _of_coming(Work.ASK_WHETHER_IT_HELPS, _SECOND_ON, sa.func.coalesce(_REVIEW_ON > TODAY, sa.true())),
    _AWAY,
    _STALE,
)
"""Each is by the terms in force: a place keeps no version of them."""
