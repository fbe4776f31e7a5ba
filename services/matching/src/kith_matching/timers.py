"""Moments in: proposals that were not answered in time, what is counted, and checks that ran out."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_matching.usecases import counting, lapsing, proposing

TIMERS: Final = (
    Timer("lapse-proposals", timedelta(seconds=30), proposing.lapse_proposals),
    Timer("count-quality", timedelta(hours=1), counting.count_quality),
    Timer("tell-lapsed-checks", timedelta(hours=1), lapsing.tell_lapsed_checks),
)
