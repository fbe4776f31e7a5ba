"""The hard rules: what must be true of a pair, never traded for score. Each that stops a pair says so by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from kith_matching.domain import checks, refusals, training
from kith_matching.domain.referral import Channel, Programme, Referral
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.supporter import Load, Supporter, SupporterState


@dataclass(frozen=True, slots=True)
class Pair:
    """A person's referral and a supporter, considered together.

    ``load`` counts what others hold of the supporter's places; a place that this pair's own proposal holds is not in
    it. ``said_no`` is true when one of the two has said no to the other before.
    """

    referral: Referral
    programme: Programme
    supporter: Supporter
    load: Load
    said_no: bool = False


def _in_programme(pair: Pair, _: date) -> PairStopped | None:
    joined = pair.programme.id in pair.supporter.programme_ids
    return None if joined else refusals.NotInProgramme()


def _active(pair: Pair, _: date) -> PairStopped | None:
    return None if pair.supporter.state is SupporterState.ACTIVE else refusals.SupporterNotActive()


def _place_free(pair: Pair, _: date) -> PairStopped | None:
    return None if pair.load.taken < pair.supporter.capacity else refusals.NoCapacity()


def _checks_in_date(pair: Pair, today: date) -> PairStopped | None:
    if not checks.asks_for_checks(pair.programme):
        return None
    asked = pair.programme, pair.supporter.checks_valid_until, pair.supporter.checks
    until = checks.checks_until(*asked)
    return None if until is not None and until >= today else refusals.ChecksOutOfDate(checks.why_unchecked(*asked))


def _trained(pair: Pair, today: date) -> PairStopped | None:
    missing = training.missing(pair.programme.terms, pair.supporter.trainings, today)
    if not missing:
        return None
    return training.TrainingMissing(f"Not finished, or run out: {', '.join(missing)}. Record it once it is finished.")


def _age_inside(pair: Pair, _: date) -> PairStopped | None:
    """Only what is certain stops a pair: a band that overlaps the limits, or ``unknown``, is left to the coordinator.

    The organisation that accepted the referral knew the person's age; matching is told no more than a band.
    """
    youngest, oldest = ages(pair.referral.age_band)
    too_young = pair.programme.minimum_age is not None and oldest is not None and oldest < pair.programme.minimum_age
    too_old = pair.programme.maximum_age is not None and youngest > pair.programme.maximum_age
    return refusals.AgeOutsideProgramme() if too_young or too_old else None


def _request_met(pair: Pair, _: date) -> PairStopped | None:
    return None if set(pair.referral.requested) <= set(pair.supporter.meets) else refusals.RequestNotMet()


def _language_shared(pair: Pair, _: date) -> PairStopped | None:
    return None if pair.referral.language in pair.supporter.languages else refusals.LanguageNotShared()


def _way_to_meet(pair: Pair, _: date) -> PairStopped | None:
    return None if ways_to_meet(pair) else refusals.NoWayToMeet()


def _trained_for_low_mood(pair: Pair, today: date) -> PairStopped | None:
    if training.LOW_MOOD not in pair.referral.needs:
        return None
    trained = training.is_trained_for_low_mood(pair.programme.terms, pair.supporter.trainings, today)
    return None if trained else training.NotTrainedForLowMood()


def _nobody_said_no(pair: Pair, _: date) -> PairStopped | None:
    return refusals.SaidNo() if pair.said_no else None


Rule = Callable[[Pair, date], PairStopped | None]

OF_SUPPORTER: Final[tuple[Rule, ...]] = (_in_programme, _active, _place_free, _checks_in_date, _trained)
"""Rules that look at the programme and the supporter alone: they stop the pair with everybody, or with nobody."""
OF_PERSON: Final[tuple[Rule, ...]] = (_age_inside,)
"""Rules that look at the programme and the person alone."""
OF_BOTH: Final[tuple[Rule, ...]] = (
    _request_met,
    _language_shared,
    _way_to_meet,
    _trained_for_low_mood,
    _nobody_said_no,
)
"""Rules that look at the two together. ``solving.pairing`` knows them too, for whole lists at once."""
RULES: Final = OF_SUPPORTER + OF_PERSON + OF_BOTH


def stops(pair: Pair, today: date) -> tuple[PairStopped, ...]:
    """Every rule that stops this pair today (Europe/London), in order; none when the pair may be proposed."""
    return tuple(stop for rule in RULES if (stop := rule(pair, today)) is not None)


def check_pair(pair: Pair, today: date) -> None:
    """Raise the first rule that stops this pair today (Europe/London)."""
    for rule in RULES:
        if (stop := rule(pair, today)) is not None:
            raise stop


def ages(band: str) -> tuple[int, int | None]:
    """The youngest and the oldest that an age band can mean, in years; None is no upper limit.

    ``unknown``, and a band written in a way we do not know, can mean any age.
    """
    first, _, last = band.partition("-")
    if not first.isdecimal():
        return 0, None
    return int(first), int(last) if last.isdecimal() else None


def ways_to_meet(pair: Pair) -> tuple[str, ...]:
    """The channels that the person, the supporter and the programme all allow, in the supporter's order.

    Meeting in person also needs the supporter to serve the person's district. A person or a programme that names no
    channel sets no limit.
    """
    shared = [
        channel
        for channel in pair.supporter.channels
        if _allows(pair.referral.channels, channel) and _allows(pair.programme.channels, channel)
    ]
    near = pair.referral.district in pair.supporter.districts
    return tuple(channel for channel in shared if channel != Channel.IN_PERSON or near)


def _allows(channels: tuple[str, ...], channel: str) -> bool:
    return not channels or channel in channels
