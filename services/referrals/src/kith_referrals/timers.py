"""Moments in: consents whose last day has passed, what is counted of programmes, and what is kept for a time."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_referrals.usecases import counting, expiring, self_referring

TIMERS: Final = (
    Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),
    Timer("count-first-sessions", timedelta(hours=1), counting.count_first_sessions),
    Timer("forget-forms", timedelta(hours=1), self_referring.forget),
)
