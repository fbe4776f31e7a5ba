"""Which places would help most people, and which kind of supporter: for whoever looks for supporters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from kith_matching.domain.referral import Referral


@dataclass(frozen=True, slots=True)
class Place:
    """What one more place of a supporter would add to the round's list, in points, and that in words."""

    supporter_id: UUID
    points: int

    @property
    def because(self) -> str:
        """The points, as a coordinator reads them."""
        return f"one more place of theirs is worth {self.points} to others"


@dataclass(frozen=True, slots=True)
class Wanted:
    """People of a round who found nobody and have this in common: what supporters to look for would bring.

    ``connection`` is ``language``, ``district``, ``requested`` or ``condition``. ``nobody`` counts those whom no
    supporter could take, ``lost_out`` those whose supporters were given to others.
    """

    connection: str
    code: str
    nobody: int
    lost_out: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.nobody + self.lost_out

    @property
    def because(self) -> str:
        """The counts, as a coordinator reads them."""
        return f"nobody could take {self.nobody}, and {self.lost_out} lost out to others"


@dataclass(frozen=True, slots=True)
class Helpful:
    """The dearest places first, and the kinds of supporter that most people wait for; ``unmatched`` in all.

    People who were erased since are not counted. Somebody with two conditions is counted with each.
    """

    places: tuple[Place, ...]
    wanted: tuple[Wanted, ...]
    unmatched: int


def most_helpful(prices: Mapping[UUID, int], unmatched: Iterable[tuple[Referral, int]], *, most: int) -> Helpful:
    """The ``most`` helpful places, and as many kinds of supporter of each connection.

    ``unmatched`` are the people who found nobody, each with how many supporters could have taken them.
    """
    places = sorted(
        (Place(who, points) for who, points in prices.items()), key=lambda one: (-one.points, one.supporter_id)
    )
    nobody, lost_out, people = Counter[tuple[str, str]](), Counter[tuple[str, str]](), 0
    for referral, candidates in unmatched:
        people += 1
        (lost_out if candidates else nobody).update(set(_kinds(referral)))
    wanted = [Wanted(*kind, nobody[kind], lost_out[kind]) for kind in nobody | lost_out]
    wanted.sort(key=lambda one: (one.connection, -one.people, one.code))
    seen: Counter[str] = Counter()
    first: list[Wanted] = []
    for one in wanted:
        seen[one.connection] += 1
        if seen[one.connection] <= most:
            first.append(one)
    return Helpful(tuple(places[:most]), tuple(first), people)


def _kinds(referral: Referral) -> Iterator[tuple[str, str]]:
    yield "language", referral.language
    if referral.district:
        yield "district", referral.district
    yield from (("requested", code) for code in referral.requested)
    yield from (("condition", code) for code in referral.conditions)


def price_in_words(score: int, price: int, first: int) -> str | None:
    """What a price means for the order in which candidates stand: ``first`` is the score of whoever stands first.

    None where nobody else needs the place.
    """
    if price <= 0:
        return None
    worth = f"a place of theirs is worth {price} to others"
    return f"scores {score - first} more than the first, but {worth}" if score > first else worth
