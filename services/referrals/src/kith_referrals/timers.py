"""Moments in: what self-referral keeps for a time only is forgotten."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_referrals.usecases import self_referring

TIMERS: Final = (Timer("forget-forms", timedelta(hours=1), self_referring.forget),)
