"""Moments in: what was not answered in time or has run out, what is due, who is alone, what is counted and kept."""

from datetime import timedelta
from typing import Final

from kith_chassis.service import Timer
from kith_matching.store import kept, sealing
from kith_matching.usecases import (
    chasing,
    counting,
    falling_due,
    lapsing,
    looking,
    mediating,
    places,
    proposing,
    rounds,
)

TIMERS: Final = (
    Timer("lapse-proposals", timedelta(seconds=30), proposing.lapse_proposals),
    Timer("lapse-places", timedelta(minutes=5), places.lapse_places),
    Timer("lapse-mediations", timedelta(minutes=5), mediating.lapse_mediations),
    Timer("raise-due", timedelta(minutes=1), falling_due.raise_due),
    Timer("chase-sharings", timedelta(minutes=1), chasing.tell_unanswered),
    Timer("hold-due-round", timedelta(minutes=1), rounds.hold_due_round),
    Timer("find-unplaceable", timedelta(minutes=5), looking.look_through),
    Timer("forget-round-inputs", timedelta(hours=1), kept.forget_old),
    Timer("count-quality", timedelta(hours=1), counting.count_quality),
    Timer("tell-lapsed-checks", timedelta(hours=1), lapsing.tell_lapsed_checks),
    Timer("renew-sealing-keys", timedelta(minutes=1), sealing.renew_keys),
)
