"""How a referral comes to its end, and how what was over is open again."""

from dataclasses import replace
from datetime import datetime

from kith_referrals.domain.agreement import Offer
from kith_referrals.domain.lifecycle import ways
from kith_referrals.domain.lifecycle.ways import check_reason, check_referrer, check_tried, refused, take
from kith_referrals.domain.referral import RELEASED, Referral, Status
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.domain.telling import Reopened


def release(referral: Referral, by: Actor, now: datetime) -> Moved:
    """The person chose another programme: this one is told, and sees the referral no more. Raises ``MoveRefused``."""
    return take(referral, RELEASED, Status.CLOSED, by, now, closing=RELEASED)


def withdraw(referral: Referral, by: Actor | None, now: datetime, reason: str = "withdrawn") -> Moved:
    """The person no longer wants it, or no longer agrees that it is shared. Possible before the end.

    Raises ``MoveRefused``.
    """
    return take(referral, ways.WITHDRAWN, Status.WITHDRAWN, by, now, closing=reason)


def close(referral: Referral, by: Actor, reason: str, now: datetime) -> Moved:
    """Nothing more will happen, for a reason other than the person's withdrawal.

    ``support-ended`` needs a referral that was taken on. Raises ``ReasonUnknown``, ``NotTried`` or ``MoveRefused``.
    """
    check_reason(reason, ways.CLOSING)
    check_tried(referral, reason)
    if reason == "support-ended" and referral.status not in ways.TAKEN_ON:
        raise refused(referral, by)
    status = Status.ENTERED_IN_ERROR if reason == "entered-in-error" else Status.CLOSED
    return take(referral, ways.CLOSED, status, by, now, closing=reason)


def recall(referral: Referral, by: Actor, now: datetime) -> Moved:
    """It was sent to the wrong programme: entered in error, and its receiver sees it no more, taken on or not.

    Raises ``NotYourReferral`` or ``MoveRefused``.
    """
    check_referrer(referral, by)
    return close(replace(referral, misdirected=True), by, "entered-in-error", now)


def reopen(referral: Referral, by: Actor, reason: str, offer: Offer, now: datetime) -> Moved:
    """Open again what was over, to be decided anew, under the agreement of ``offer``, which holds today.

    What became of it before is history, and stands in its steps. The caller has looked that the rules of making a
    referral hold today: the person's word, the agreement, and that the programme takes anybody. Raises
    ``ReasonUnknown`` or ``MoveRefused``.
    """
    check_reason(reason, ways.REOPENING)
    anew = replace(
        referral,
        decided_at=None,
        decision_reason=None,
        redirected_to=None,
        matched_at=None,
        supported_at=None,
        ended_at=None,
        acknowledged_at=referral.acknowledged_at or now,
        reopened_at=now,
        missed=(),
        agreement_id=offer.agreement_id,
        level=offer.level,
    )
    moved = take(anew, ways.REOPENED, Status.RECEIVED, by, now, reason=reason, closed_at=None, closing_reason=None)
    return replace(moved, tellings=(Reopened(moved.referral, reason),))
