"""The hard rules: what must be true of a pair, never traded for score. Each that stops a pair says so by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from kith_matching.domain import checks, refusals, sharing, terms, training
from kith_matching.domain.disclosure import UNSAID, Disclosures
from kith_matching.domain.introducing import KnowsEachOther, TooManyOffers
from kith_matching.domain.private import NOTHING, NotOffered, Private
from kith_matching.domain.referral import Channel, Programme, Referral
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.sharing import Connection, count_for_condition, related_to
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.terms import Acquaintance


@dataclass(frozen=True, slots=True)
class Pair:
    """A person's referral and a supporter, considered together.

    ``load`` counts what others hold of the supporter's places; a place that this pair's own proposal holds is not in
    it. ``said_no`` is true when one of the two has said no to the other before, or another was to come after this one;
    ``acquainted`` when they may know each other, ``supported_before`` when they have had a match in this programme.
    ``private`` is what the supporter keeps to themself, ``disclosures`` who may see what else they told.
    """

    referral: Referral
    programme: Programme
    supporter: Supporter
    load: Load
    said_no: bool = False
    acquainted: bool = False
    supported_before: bool = False
    private: Private = NOTHING
    disclosures: Disclosures = UNSAID


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


def _old_enough(pair: Pair, _: date) -> PairStopped | None:
    """Only what is certain stops a pair, as with the person's age."""
    _youngest, oldest = ages(pair.supporter.age_band)
    certain = oldest is not None and oldest < pair.programme.terms.supporter_minimum_age
    return sharing.TooYoungToSupport() if certain else None


def _request_met(pair: Pair, _: date) -> PairStopped | None:
    return None if set(pair.referral.requested) <= set(pair.supporter.meets) else refusals.RequestNotMet()


def _understand_each_other(pair: Pair, _: date) -> PairStopped | None:
    """They share a language, or the person asked for an interpreter, who is then booked (``domain.interpreting``)."""
    understood = pair.referral.interpreter is not None or pair.referral.language in pair.supporter.languages
    return None if understood else refusals.LanguageNotShared()


def _way_to_meet(pair: Pair, _: date) -> PairStopped | None:
    return None if ways_to_meet(pair) else refusals.NoWayToMeet()


def _trained_for_low_mood(pair: Pair, today: date) -> PairStopped | None:
    if training.LOW_MOOD not in pair.referral.needs:
        return None
    trained = training.is_trained_for_low_mood(pair.programme.terms, pair.supporter.trainings, today)
    return None if trained else training.NotTrainedForLowMood()


def _nobody_said_no(pair: Pair, _: date) -> PairStopped | None:
    return refusals.SaidNo() if pair.said_no else None


def _unacquainted(pair: Pair, _: date) -> PairStopped | None:
    apart = pair.acquainted and pair.programme.terms.knowing_each_other == Acquaintance.REFUSE
    return KnowsEachOther() if apart else None


def _offers_open(pair: Pair, _: date) -> PairStopped | None:
    most = pair.programme.terms.open_offers
    return None if most is None or pair.load.proposals < most else TooManyOffers()


def _condition_shared(pair: Pair, _: date) -> PairStopped | None:
    if terms.Rule.SAME_CONDITION not in pair.programme.terms.rules:
        return None
    counted = count_for_condition(pair.referral.conditions, pair.programme.terms)
    return sharing.ConditionNotShared() if counted.isdisjoint(pair.supporter.conditions) else None


def _experience_shared(pair: Pair, _: date) -> PairStopped | None:
    if terms.Rule.SHARED_EXPERIENCE not in pair.programme.terms.rules:
        return None
    counted = set(pair.referral.needs) | related_to(pair.referral.needs, pair.programme.terms.related)
    return sharing.ExperienceNotShared() if counted.isdisjoint(pair.supporter.experience) else None


def _not_younger(pair: Pair, _: date) -> PairStopped | None:
    """Only what is certain stops a pair: two in one band, or of no known age, are left to the coordinator."""
    if terms.Rule.SAME_AGE_OR_OLDER not in pair.programme.terms.rules:
        return None
    younger = is_younger(pair.supporter.age_band, pair.referral.age_band)
    return sharing.SupporterYounger() if younger else None


def _setting_shared(pair: Pair, _: date) -> PairStopped | None:
    """Somebody whose setting nobody knows shares it with nobody."""
    if terms.Rule.SAME_SETTING not in pair.programme.terms.rules:
        return None
    theirs, own = (one.connections.get(Connection.SETTING, ()) for one in (pair.referral, pair.supporter))
    return sharing.SettingNotShared() if set(theirs).isdisjoint(own) else None


def _nothing_private(pair: Pair, _: date) -> PairStopped | None:
    return NotOffered() if pair.private.stops(pair.referral) else None


Rule = Callable[[Pair, date], PairStopped | None]

OF_SUPPORTER: Final[tuple[Rule, ...]] = (
    _in_programme,
    _active,
    _place_free,
    _checks_in_date,
    _trained,
    _old_enough,
    _offers_open,
)
"""Rules that look at the programme and the supporter alone: they stop the pair with everybody, or with nobody."""
OF_PERSON: Final[tuple[Rule, ...]] = (_age_inside,)
"""Rules that look at the programme and the person alone."""
OF_BOTH: Final[tuple[Rule, ...]] = (
    _request_met,
    _understand_each_other,
    _way_to_meet,
    _trained_for_low_mood,
    _nobody_said_no,
    _unacquainted,
    _condition_shared,
    _experience_shared,
    _not_younger,
    _setting_shared,
    _nothing_private,
)
"""Rules that look at the two together. ``solving.pairing`` knows them too, for whole lists at once."""
RULES: Final = OF_SUPPORTER + OF_PERSON + OF_BOTH


FOR_A_TIME: Final = tuple(rule for rule in RULES if rule not in (_place_free, _offers_open, _way_to_meet))
"""Rules that also hold where two meet once, at a set time: that takes no lasting place of the supporter's."""


def stops(pair: Pair, today: date) -> tuple[PairStopped, ...]:
    """Every rule that stops this pair today (Europe/London), in order; none when the pair may be proposed."""
    return tuple(stop for rule in RULES if (stop := rule(pair, today)) is not None)


def check_pair(pair: Pair, today: date) -> None:
    """Raise the first rule that stops this pair today (Europe/London)."""
    for rule in RULES:
        if (stop := rule(pair, today)) is not None:
            raise stop


def check_for_a_time(pair: Pair, channel: Channel, day: date) -> None:
    """Raise the first rule that stops the two from meeting once, by this channel, on a day (Europe/London).

    Whoever comes in person to where somebody listens chooses the way there: the district is left to them.
    """
    if not _allows(pair.referral.channels, channel):
        raise refusals.NoWayToMeet("The person does not meet by this channel. Choose a time by one that they named.")
    for rule in FOR_A_TIME:
        if (stop := rule(pair, day)) is not None:
            raise stop


def ages(band: str) -> tuple[int, int | None]:
    """The youngest and the oldest that an age band can mean, in years; None is no upper limit.

    ``unknown``, and a band written in a way we do not know, can mean any age.
    """
    first, _, last = band.partition("-")
    if not first.isdecimal():
        return 0, None
    return int(first), int(last) if last.isdecimal() else None


def are_neighbours(one: str, other: str) -> bool:
    """Whether one of two age bands begins where the other ends."""
    (lowest, end), (begin, _) = sorted((ages(one), ages(other)), key=lambda band: band[0])
    return end is not None and lowest < begin == end + 1


def is_younger(band: str, other: str) -> bool:
    """Whether everybody in the first age band is certainly younger than everybody in the other."""
    oldest = ages(band)[1]
    return oldest is not None and oldest < ages(other)[0]


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
