"""SQL that finds how much a referrer may know of a referral, and rows as they may know them."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from kith_referrals.domain import feedback
from kith_referrals.domain.consent import Feedback, Purpose, State
from kith_referrals.domain.referral import Status
from kith_referrals.tables import consents, referrals
from kith_referrals.views.finding import Found

_word: Final = consents.alias("tell_referrer")
_holds: Final = sa.and_(
    _word.c.state == State.GRANTED.value,
    sa.or_(_word.c.expires_on.is_(None), _word.c.expires_on >= sa.bindparam("today", type_=sa.Date)),
)


def hears_of(referral_id: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """How much the referrer may know, as ``domain.consent.hears`` has it, in a statement that knows ``today``.

    A look into the consents for each row that is shown, and none for those that are passed over.
    """
    level = (
        sa.select(sa.case((_holds, sa.func.coalesce(_word.c.feedback, Feedback.OUTCOME.value))))
        .where(_word.c.referral_id == referral_id)
        .where(_word.c.purpose == Purpose.TELL_REFERRER.value)
        .scalar_subquery()
    )
    return sa.func.coalesce(level, Feedback.RECEIPT.value)


HEARS: Final = hears_of(referrals.c.id).label("hears")


def _shown_at(level: Feedback) -> sa.ColumnElement[str]:
    shown = (
        (status, supported, feedback.shown_status(status, level, supported=supported))
        for status, supported in product(Status, (False, True))
    )
    whens = [
        (sa.and_(referrals.c.status == status, referrals.c.supported_at.is_not(None).is_(supported)), known.value)
        for status, supported, known in shown
        if known is not status
    ]
    return sa.case(*whens, else_=referrals.c.status)


SHOWN_STATUS: Final = sa.case(
    {level.value: _shown_at(level) for level in Feedback if level is not Feedback.OUTCOME},
    value=hears_of(referrals.c.id),
    else_=referrals.c.status,
)
"""The status that the referrer is shown: made of ``domain.feedback``, so that no filter finds what no row says."""


def as_known(row: Found, asking: UUID | None) -> Found:
    """The row (with ``hears``) as the organisation may know it. Whoever sees the network, for None, sees it whole."""
    if asking is None or not _is_held(row, asking):
        return row
    level = Feedback(row["hears"])
    due = {} if level.tells(feedback.DUE_FROM) else {"due_on": None, "overdue": False}
    return {**row, **feedback.shown_otherwise(row, level), **due}


def steps_as_known(rows: Sequence[Found], asking: UUID) -> Sequence[Found]:
    """The steps of one referral (each with ``hears``) as the organisation may know them."""
    if not rows or not _is_held(rows[0], asking):
        return rows
    return feedback.known_steps(rows, Feedback(rows[0]["hears"]))


def _is_held(row: Found, asking: UUID) -> bool:
    return feedback.is_held_to(asking, row["referring_organisation_id"], row["programme_organisation_id"])
