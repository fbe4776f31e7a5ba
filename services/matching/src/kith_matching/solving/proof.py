"""What each place is worth in the best list, and with it the proof that no list is better.

The dual of the matching gives every supporter a price and every person a surplus, such that no allowed pair is worth
more than its price and surplus together. Where these add up to exactly what the list is worth, no list can be worth
more (strong duality; Ahuja, Magnanti and Orlin, Network Flows, 1993, section 9.4). All of it is in whole numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kith_matching.solving.problem import Places, Problem, Whole


@dataclass(frozen=True, eq=False)
class Prices:
    """What places are worth, in points, and whether that proves the list.

    ``places`` (m): what one more free place of each supporter would add to the list; 0 where some is left.
    ``surplus`` (n): what each person's place in the list is worth above its price. ``gap`` is nought when the list is
    proved best. Otherwise the list is worth so much less than was shown possible, or breaks a rule, and must not be
    used.
    """

    places: Whole
    surplus: Whole
    gap: int

    def unsupported(self, problem: Problem) -> NDArray[np.bool_]:
        """Which pairs are worth more than these prices say: a better list may have them."""
        unsupported: NDArray[np.bool_] = problem.weight > self.surplus[problem.person] + self.places[problem.supporter]
        return unsupported


def price(problem: Problem, chosen: Whole) -> Prices:
    """The lowest prices that support the list of these pairs, and what is missing in its proof.

    A price rises until nobody would rather have that place than their own: for whoever has none, to what the pair is
    worth; for whoever has one, by as much as the other place suits them better than theirs does at its price. Where a
    price rose, whoever has that place looks round again. Prices that never settle show that the list was not the best;
    then the gap is that of the last ones.
    """
    own, worth = np.full(problem.people, -1, np.int64), np.zeros(problem.people, np.int64)
    own[problem.person[chosen]] = problem.supporter[chosen]
    worth[problem.person[chosen]] = problem.weight[chosen]
    placed = np.flatnonzero(own >= 0)
    begins = np.searchsorted(problem.person, np.arange(problem.people + 1))
    places, surplus = np.zeros(problem.supporters, np.int64), worth.copy()
    looking = np.arange(problem.people)
    for _ in range(problem.supporters + 1):
        pairs = _pairs_of(looking, begins)
        before = places.copy()
        np.maximum.at(places, problem.supporter[pairs], problem.weight[pairs] - surplus[problem.person[pairs]])
        rose = places > before
        looking = placed[rose[own[placed]]]
        surplus[looking] = worth[looking] - places[own[looking]]
        if not len(looking):
            break
    return Prices(places, surplus, _gap(problem, chosen, places, surplus))


def _pairs_of(people: Whole, begins: Whole) -> Whole:
    """The numbers of these people's pairs, which stand side by side for each."""
    counts = begins[people + 1] - begins[people]
    ends = np.cumsum(counts)
    pairs: Whole = np.arange(counts.sum()) + np.repeat(begins[people] - (ends - counts), counts)
    return pairs


def _gap(problem: Problem, chosen: Whole, places: Whole, surplus: Whole) -> int:
    """How far these prices are from proving the list. Never negative: what breaks a condition is counted."""
    at_most = surplus[problem.person] + places[problem.supporter]
    broken = int(np.maximum(problem.weight - at_most, 0).sum() + np.maximum(-surplus, 0).sum())
    broken += _over(problem.supporter[chosen], problem.free)
    broken += _over(problem.person[chosen], np.ones(problem.people, np.int32))
    bound = int(surplus.sum() + (places * problem.free).sum())
    return abs(bound - int(problem.weight[chosen].sum())) + broken


def _over(taken: Places, most: Places) -> int:
    """How many more were taken than there are."""
    return int(np.maximum(np.bincount(taken, minlength=len(most)) - most, 0).sum())
