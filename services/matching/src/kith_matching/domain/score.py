"""How well a pair fits: named parts that a coordinator can read, added up. The weights are the programme's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.rules import Pair, stops, ways_to_meet


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
    """The score's parts, always the same five in the same order, also those that gave nothing.

    A list of the person's (conditions, needs, interests) gives the share of it that the supporter has too, rounded
    down: somebody with two conditions is half met by a supporter with one of them. Language gives its points where the
    supporter's first language is the person's; place where the two can meet in person.
    """
    referral, supporter, weights = pair.referral, pair.supporter, pair.programme.weights
    first = supporter.languages[:1] == (referral.language,)
    in_person = Channel.IN_PERSON in ways_to_meet(pair)
    return (
        _shared("condition", referral.conditions, supporter.conditions, weights),
        _shared("experience", referral.needs, supporter.experience, weights),
        _shared("interest", referral.interests, supporter.interests, weights),
        _either("language", weights, "the same first language", "not the same first language", met=first),
        _either("place", weights, "can meet in person", "at a distance only", met=in_person),
    )


def _shared(connection: str, asked: tuple[str, ...], has: tuple[str, ...], weights: dict[str, int]) -> Part:
    most = weights.get(connection, 0)
    wanted = set(asked)
    both = sorted(wanted & set(has))
    points = most * len(both) // len(wanted) if wanted else 0
    because = f"{len(both)} of {len(wanted)} shared: {', '.join(both)}" if both else f"0 of {len(wanted)} shared"
    return Part(connection, points, most, because)


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
    matches, then to the lower id: the same list for everybody who looks. ``today`` is the day in Europe/London.
    """
    candidates: list[Candidate] = []
    blocked: list[Blocked] = []
    for pair in pairs:
        if stopped := stops(pair, today):
            blocked.append(Blocked(pair, stopped))
        else:
            reasons = parts(pair)
            who = pair.supporter.id
            price, picked = last.prices.get(who, 0), who == last.pick
            candidates.append(Candidate(pair, sum(part.points for part in reasons), reasons, price, picked))
    candidates.sort(key=lambda one: one.order)
    blocked.sort(key=lambda one: (len(one.stops), one.pair.supporter.id))
    return Ranking(tuple(candidates), tuple(blocked))
