"""Moments in: consents whose last day is near or has passed, and what self-referral keeps for a time only."""

from datetime import timedelta
from functools import partial

from kith_chassis.service import Timer
from kith_referrals.usecases import expiring, self_referring


def timers(*, notice: timedelta) -> tuple[Timer, ...]:
    """What falls due, and how often it is looked for. ``notice`` is how long before its end a consent is told of."""
    return (
        Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),
        Timer("notice-endings", timedelta(minutes=10), partial(expiring.notice_endings, notice=notice)),
        Timer("forget-forms", timedelta(hours=1), self_referring.forget),
    )
