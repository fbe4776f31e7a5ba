"""Moments in: proposals, offered places and mediations that were not answered in time, and what is counted."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_matching.usecases import counting, mediating, places, proposing

TIMERS: Final = (
    Timer("lapse-proposals", timedelta(seconds=30), proposing.lapse_proposals),
    Timer("lapse-places", timedelta(minutes=5), places.lapse_places),
    Timer("lapse-mediations", timedelta(minutes=5), mediating.lapse_mediations),
    Timer("count-quality", timedelta(hours=1), counting.count_quality),
)
