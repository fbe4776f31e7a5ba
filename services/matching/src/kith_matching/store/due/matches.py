"""What is due of matches: two who do not meet, reviews, whether it helps, the balance and the ending."""

from typing import Any, Final

import sqlalchemy as sa

from kith_matching.domain.components import Component
from kith_matching.domain.due import NOTICE_DAYS, NOTICED_AFTER, QUIET_DAYS
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.worklist import Work
from kith_matching.store.due.selects import HAPPENED, ONCE, TODAY, due, either, last, one
from kith_matching.tables import comings, helpings, matches, programme_versions, referrals, sessions

SECOND_ON: Final = (
    sa.select(sessions.c.held_on)
    .where(sessions.c.match_id == matches.c.id, sessions.c.outcome == HAPPENED)
    .order_by(sessions.c.held_on)
    .offset(1)
    .limit(1)
    .scalar_subquery()
)
"""The day of a match's second session that happened."""
_ASKED: Final = sa.exists().where(helpings.c.match_id == matches.c.id)


def _number(term: str) -> sa.ColumnElement[int]:
    return sa.cast(programme_versions.c.terms[term].astext, sa.Integer)


_MISSED_AFTER: Final = _number("missed_after_days")
_SESSION_ON: Final = last(sessions.c.held_on, sessions.c.match_id == matches.c.id, sessions.c.outcome == HAPPENED)
_MISSED_FROM: Final = sa.func.greatest(matches.c.made_on, _SESSION_ON) + _MISSED_AFTER + NOTICED_AFTER
_QUIET_FROM: Final = (
    sa.func.greatest(
        matches.c.made_on,
        _SESSION_ON,
        last(helpings.c.asked_on, helpings.c.match_id == matches.c.id),
        sa.select(comings.c.last_on).where(comings.c.referral_id == matches.c.referral_id).scalar_subquery(),
    )
    + QUIET_DAYS
    + NOTICED_AFTER
)
_IS_MISSED: Final = sa.and_(
    _MISSED_AFTER.is_not(None),
    sa.or_(
        programme_versions.c.terms["formality"].astext.is_distinct_from(sa.literal_column("'formal'")),
        _MISSED_FROM <= _QUIET_FROM,
    ),
)
"""Of a session that is missed and of no contact at all the earlier stands, and not two: one thing for each silence."""
_ASKS: Final = sa.or_(
    programme_versions.c.terms.is_(None),
    programme_versions.c.terms["components"].has_key(sa.literal_column(f"'{Component.HELPS_OR_NOT}'")),
)
"""The programme's definition asks whether it helps, or it has none."""
_ERASED: Final = sa.exists().where(referrals.c.id == matches.c.referral_id, referrals.c.erased)
PLANNED_UNTIL: Final = sa.func.coalesce(matches.c.ends_on, matches.c.made_on + 7 * _number("length_weeks"))
"""The day until which a match is planned: as somebody said, else by its terms."""
TERMS_OF: Final = sa.and_(
    programme_versions.c.programme_id == matches.c.programme_id,
    programme_versions.c.version == matches.c.definition_version,
)
"""The terms with which a match began."""

TO_ASK_SINCE: Final = sa.case((sa.and_(~_ASKED, _ASKS), SECOND_ON))
"""The day of the second session, where nobody has asked whether it helps and the programme does."""


def of_match(
    kind: sa.ColumnElement[str],
    due_on: sa.ColumnElement[Any],
    *where: sa.ColumnElement[bool],
    every: sa.ColumnElement[Any] = ONCE,
) -> sa.Select[Any]:
    """Matches that run and whose person was not erased, whatever became of their supporter."""
    return (
        due(kind, matches, Kind.MATCH, due_on, about_key="id", referral_id=matches.c.referral_id, every=every)
        .outerjoin(programme_versions, TERMS_OF)
        .where(matches.c.ended_on.is_(None), ~_ERASED, due_on <= TODAY, *where)
    )


OF_MATCHES: Final = (
    of_match(
        either(_IS_MISSED, Work.HOLD_SESSION, Work.GET_IN_TOUCH),
        sa.case((_IS_MISSED, _MISSED_FROM), else_=_QUIET_FROM),
        every=sa.case((_IS_MISSED, _MISSED_AFTER), else_=QUIET_DAYS),
    ),
    of_match(one(Work.REVIEW), matches.c.review_on),
    of_match(one(Work.ASK_WHETHER_IT_HELPS), TO_ASK_SINCE, matches.c.review_on > TODAY),
    of_match(one(Work.CHECK_BALANCE), matches.c.balance_due_on),
    of_match(
        either(PLANNED_UNTIL <= TODAY, Work.SEE_TO_ENDING, Work.PREPARE_ENDING),
        sa.case((PLANNED_UNTIL <= TODAY, PLANNED_UNTIL), else_=PLANNED_UNTIL - NOTICE_DAYS),
    ),
)
"""Each is of matches that run and whose person was not erased, whatever became of their supporter."""
