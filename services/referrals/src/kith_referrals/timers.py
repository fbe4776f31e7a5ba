"""Moments in: consents whose last day has passed, and what self-referral keeps for a time only."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_referrals.usecases import expiring, self_referring

TIMERS: Final = (
    Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),
    Timer("forget-forms", timedelta(hours=1), self_referring.forget),
)
