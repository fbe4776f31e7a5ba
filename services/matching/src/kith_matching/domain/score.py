"""How well a pair fits: named parts that a coordinator can read, added up. The weights are the programme's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kith_matching.domain.disclosure import Item, Viewer, seen_by
from kith_matching.domain.private import NotOffered
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.rules import Pair, ages, are_neighbours, stops, ways_to_meet
from kith_matching.domain.sharing import SCORED, related_to

A_SHARED_EXPERIENCE: Final = "a shared experience"
"""What is shown in the place of an item that its supporter lets be used, and shows to nobody."""

BEFORE: Final = -1
"""Points of a peer who has supported the person already, where the programme asks for different ones."""


@dataclass(frozen=True, slots=True)
class Part:
    """One named reason: ``points`` out of the ``most`` that the programme gives for this connection, and why."""

    connection: str
    points: int
    most: int
    because: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that no rule stops, with its score and the reasons for it.

    ``price`` is what one more place of this supporter would add for others on the list, as of the last round, and
    ``picked`` whether that round put these two together.
    """

    pair: Pair
    score: int
    parts: tuple[Part, ...]
    price: int = 0
    picked: bool = False

    @property
    def order(self) -> tuple[bool, int, int, UUID]:
        """Before whom it stands: the round's pick; then who fits best for what others lose by it."""
        return not self.picked, self.price - self.score, self.pair.load.matches, self.pair.supporter.id


@dataclass(frozen=True, slots=True)
class Blocked:
    """A pair that may not be proposed, with every rule that stops it, in the order of the rules."""

    pair: Pair
    stops: tuple[PairStopped, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All considered supporters for one referral: the best first, and the least blocked first."""

    candidates: tuple[Candidate, ...]
    blocked: tuple[Blocked, ...]


def parts(pair: Pair) -> tuple[Part, ...]:
    """The score's parts: always the same five in the same order, also those that gave nothing, then what else counts.

    A list of the person's (conditions, needs, interests, codes by connection) gives the share of it that the supporter
    has too, rounded down: somebody with two conditions is half met by a supporter with one of them. Of a need that the
    supporter has not lived through themself, something near it counts as the programme says (RE). Language gives its
    points where the supporter's first language is the person's; place where the two can meet in person; age in the same
    ten years, and half of them in the ten years beside.

    The points do not depend on who looks. The reasons are for a coordinator: an item that its supporter does not show
    them is ``A_SHARED_EXPERIENCE``.
    """
    referral, supporter, weights = pair.referral, pair.supporter, pair.programme.weights
    first = supporter.languages[:1] == (referral.language,)
    in_person = Channel.IN_PERSON in ways_to_meet(pair)
    usual = (
        _shared(pair, "condition", referral.conditions, supporter.conditions),
        _experience(pair),
        _shared(pair, "interest", referral.interests, supporter.interests),
        _either("language", weights, "the same first language", "not the same first language", met=first),
        _either("place", weights, "can meet in person", "at a distance only", met=in_person),
    )
    named = tuple(
        _shared(pair, one, referral.connections.get(one, ()), supporter.connections.get(one, ()))
        for one in SCORED
        if one in weights
    )
    aged = (_age(pair),) if "age" in weights else ()
    return usual + named + aged + _variety(pair)


def _shared(pair: Pair, connection: str, asked: tuple[str, ...], has: tuple[str, ...]) -> Part:
    most = pair.programme.weights.get(connection, 0)
    wanted = set(asked)
    both = wanted & set(has)
    points = most * len(both) // len(wanted) if wanted else 0
    return Part(connection, points, most, _because(pair, connection, len(wanted), both))


def _experience(pair: Pair) -> Part:
    """Reckoned in hundredths of a need, so that what is near one adds up exactly."""
    terms, held = pair.programme.terms, set(pair.supporter.experience)
    most = pair.programme.weights.get("experience", 0)
    wanted = set(pair.referral.needs)
    both = wanted & held
    beside = {need for need in wanted - held if not held.isdisjoint(related_to([need], terms.related))}
    hundredths = 100 * len(both) + terms.related_percent * len(beside)
    points = most * hundredths // (100 * len(wanted)) if wanted else 0
    because = _because(pair, "experience", len(wanted), both)
    if beside:
        because += f"; near it: {_told(pair, 'experience', related_to(beside, terms.related) & held)}"
    return Part("experience", points, most, because)


def _because(pair: Pair, connection: str, wanted: int, both: set[str]) -> str:
    shared = f"{len(both)} of {wanted} shared"
    return f"{shared}: {_told(pair, connection, both)}" if both else shared


def _told(pair: Pair, connection: str, codes: Iterable[str]) -> str:
    """The codes that a coordinator may know the supporter by. Interests are no lived experience: they are shown."""
    if connection == "interest":
        return ", ".join(sorted(codes))
    items = pair.disclosures.among(Item(connection, code) for code in codes)
    seen = seen_by(items, Viewer.COORDINATOR)
    unseen = [A_SHARED_EXPERIENCE] if len(seen) < len(items) else []
    return ", ".join(unseen + sorted(item.code for item in seen))


def _age(pair: Pair) -> Part:
    most = pair.programme.weights["age"]
    theirs, own = pair.referral.age_band, pair.supporter.age_band
    if theirs == own and ages(own) != ages("unknown"):
        return Part("age", most, most, "the same ten years of age")
    if are_neighbours(theirs, own):
        return Part("age", most // 2, most, "the ten years of age beside")
    return Part("age", 0, most, "further apart in age, or not known")


def _variety(pair: Pair) -> tuple[Part, ...]:
    """One point puts a peer after equals, in a round as well, and is smaller than anything that two share (LTC)."""
    if not (pair.supported_before and pair.programme.terms.different_peers):
        return ()
    return (Part("variety", BEFORE, 0, "has supported them before"),)


def _either(connection: str, weights: dict[str, int], yes: str, no: str, *, met: bool) -> Part:
    most = weights.get(connection, 0)
    return Part(connection, most if met else 0, most, yes if met else no)


@dataclass(frozen=True, slots=True)
class LastRound:
    """What the last round says of a referral: whom it picked, if anybody, and what each supporter's place is worth."""

    pick: UUID | None
    prices: Mapping[UUID, int]


NO_ROUND: Final = LastRound(None, {})
"""Before any round was held."""


def rank(pairs: Iterable[Pair], today: date, last: LastRound = NO_ROUND) -> Ranking:
    """Sort one referral's pairs: what may be proposed, best first, and what may not, least blocked first.

    The last round's pick comes first; then scores less the price of the place, so that somebody who came after the
    round does not use up the one supporter whom another needs. Equals go to the supporter with the fewest running
    matches, then to the lower id: the same list for everybody who looks. ``today`` is the day in Europe/London. A pair
    that is stopped only by what its supporter keeps to themself is in neither list, and such a stop is never named.
    """
    candidates: list[Candidate] = []
    blocked: list[Blocked] = []
    for pair in pairs:
        if stopped := stops(pair, today):
            if told := tuple(stop for stop in stopped if not isinstance(stop, NotOffered)):
                blocked.append(Blocked(pair, told))
        else:
            reasons = parts(pair)
            who = pair.supporter.id
            price, picked = last.prices.get(who, 0), who == last.pick
            candidates.append(Candidate(pair, sum(part.points for part in reasons), reasons, price, picked))
    candidates.sort(key=lambda one: one.order)
    blocked.sort(key=lambda one: (len(one.stops), one.pair.supporter.id))
    return Ranking(tuple(candidates), tuple(blocked))
