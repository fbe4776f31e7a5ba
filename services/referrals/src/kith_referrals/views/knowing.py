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
_hears: Final = sa.case(
    (
        sa.and_(
            _word.c.state == State.GRANTED.value,
            sa.or_(_word.c.expires_on.is_(None), _word.c.expires_on >= sa.bindparam("today", type_=sa.Date)),
        ),
        sa.func.coalesce(_word.c.feedback, Feedback.OUTCOME.value),
    ),
    else_=Feedback.RECEIPT.value,
)
"""As ``domain.consent.hears`` has it; for a statement that is joined by ``with_word``."""

SHOWN_STATUS: Final = sa.case(
    *(
        (
            sa.and_(
                _hears == level.value,
                referrals.c.status == status.value,
                referrals.c.supported_at.is_not(None) if supported else referrals.c.supported_at.is_(None),
            ),
            shown.value,
        )
        for level, status, supported in product(Feedback, Status, (False, True))
        if (shown := feedback.shown_status(status, level, supported=supported)) is not status
    ),
    else_=referrals.c.status,
)
"""The status that the referrer is shown: made of ``domain.feedback``, so that no filter finds what no row says."""


def with_word(statement: sa.Select[Any], referral_id: sa.ColumnElement[Any] = referrals.c.id) -> sa.Select[Any]:
    """The statement with the person's word on telling the referrer beside each row, where there is one."""
    is_word = sa.and_(_word.c.referral_id == referral_id, _word.c.purpose == Purpose.TELL_REFERRER.value)
    return statement.add_columns(_hears.label("hears")).outerjoin(_word, is_word)


def as_known(row: Found, asking: UUID | None) -> Found:
    """The row (with ``hears``) as the organisation may know it. Whoever sees the network, for None, sees it whole."""
    if asking is None or not _is_held(row, asking):
        return row
    return {**row, **feedback.shown_otherwise(row, Feedback(row["hears"]))}


def steps_as_known(rows: Sequence[Found], asking: UUID) -> Sequence[Found]:
    """The steps of one referral (each with ``hears``) as the organisation may know them."""
    if not rows or not _is_held(rows[0], asking):
        return rows
    return feedback.known_steps(rows, Feedback(rows[0]["hears"]))


def _is_held(row: Found, asking: UUID) -> bool:
    return feedback.is_held_to(asking, row["referring_organisation_id"], row["programme_organisation_id"])
