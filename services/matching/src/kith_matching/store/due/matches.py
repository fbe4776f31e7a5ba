"""What is due of matches: two who do not meet, reviews, whether it helps, the balance and the ending."""

from typing import Any, Final

import sqlalchemy as sa

from kith_matching.domain.due import NOTICE_DAYS, NOTICED_AFTER, QUIET_DAYS
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work
from kith_matching.store.due.selects import HAPPENED, TODAY, due, either, last, one
from kith_matching.tables import calls, helpings, matches, programme_versions, referrals, rhythms, sessions

SECOND_ON: Final = (
    sa.select(sessions.c.held_on)
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == HAPPENED)
    .order_by(sessions.c.held_on)
    .offset(1)
    .limit(1)
    .scalar_subquery()
)
"""The day of a match's second session that happened."""
ASKED: Final = sa.exists().where(helpings.c.match_id == matches.c.id)
"""Whether the person of a match ever said whether it helps."""


def _number(term: str) -> sa.ColumnElement[int]:
    return sa.cast(programme_versions.c.terms[term].astext, sa.Integer)


_MISSED_AFTER: Final = _number("missed_after_days")
_SESSION_ON: Final = last(sessions.c.held_on, sessions.c.match_id == matches.c.id, sessions.c.outcome == HAPPENED)
_SILENT_FROM: Final = sa.case(
    (_MISSED_AFTER.is_not(None), sa.func.greatest(matches.c.made_on, _SESSION_ON) + _MISSED_AFTER + NOTICED_AFTER),
    else_=sa.func.greatest(
        matches.c.made_on,
        _SESSION_ON,
        last(helpings.c.asked_on, helpings.c.match_id == matches.c.id),
        last(calls.c.held_on, calls.c.supporter_id == matches.c.supporter_id),
        last(rhythms.c.last_on, rhythms.c.supporter_id == matches.c.supporter_id),
    )
    + QUIET_DAYS
    + NOTICED_AFTER,
)
_ERASED: Final = sa.exists().where(referrals.c.id == matches.c.referral_id, referrals.c.erased)
PLANNED_UNTIL: Final = sa.func.coalesce(matches.c.ends_on, matches.c.made_on + 7 * _number("length_weeks"))
"""The day until which a match is planned: as somebody said, else by its terms."""
TERMS_OF: Final = sa.and_(
    programme_versions.c.programme_id == matches.c.programme_id,
    programme_versions.c.version == matches.c.definition_version,
)
"""The terms with which a match began."""


def _of_match(
    kind: sa.ColumnElement[str],
    due_on: sa.ColumnElement[Any],
    *where: sa.ColumnElement[bool],
    **different: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    """Matches that run and whose person was not erased, whatever became of their supporter."""
    return (
        due(kind, matches, Kind.MATCH, due_on, about_key="id", referral_id=matches.c.referral_id, **different)
        .outerjoin(programme_versions, TERMS_OF)
        .where(matches.c.ended_on.is_(None), ~_ERASED, due_on <= TODAY, *where)
    )


OF_MATCHES: Final = (
    _of_match(
        either(_MISSED_AFTER.is_not(None), Work.HOLD_SESSION, Work.GET_IN_TOUCH),
        _SILENT_FROM,
        every=sa.func.coalesce(_MISSED_AFTER, QUIET_DAYS),
    ),
    _of_match(one(Work.REVIEW), matches.c.review_on),
    _of_match(one(Work.ASK_WHETHER_IT_HELPS), sa.case((~ASKED, SECOND_ON)), matches.c.review_on > TODAY),
    _of_match(one(Work.CHECK_BALANCE), matches.c.balance_due_on),
    _of_match(
        either(PLANNED_UNTIL <= TODAY, Work.SEE_TO_ENDING, Work.PREPARE_ENDING),
        sa.case((PLANNED_UNTIL <= TODAY, PLANNED_UNTIL), else_=PLANNED_UNTIL - NOTICE_DAYS),
    ),
)
"""Each is of matches that run and whose person was not erased, whatever became of their supporter."""
