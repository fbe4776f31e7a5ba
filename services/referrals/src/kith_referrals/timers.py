"""Moments in: consents whose last day has passed."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_referrals.usecases import expiring

TIMERS: Final = (Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),)
