"""Moments in: proposals that were not answered in time."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_matching.usecases import proposing

TIMERS: Final = (Timer("lapse-proposals", timedelta(seconds=30), proposing.lapse_proposals),)
