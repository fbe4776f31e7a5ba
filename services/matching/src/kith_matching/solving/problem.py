"""A round as arrays: people, supporters' free places, and the allowed pairs with their scores."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Places = NDArray[np.int32]
Keys = NDArray[np.uint64]

TIE_SCALE: Final = 2**30
"""What a point of score is worth against the bits that break ties.

Measured: OR-tools refuses 2**34 with ``BAD_COST_RANGE`` for 10,000 people.
"""
MOST_WEIGHT: Final = 2**21
"""What no weight may reach: times ``TIE_SCALE`` it is 2**51, and a library that reckons in doubles ends at 2**53."""
MOST_BITS: Final = 16
"""Bits of a tie's hash, where the round is small enough that all of them together stay below one point."""


class ProblemOutOfRangeError(ValueError):
    """The arrays do not make a round, or its scores are beyond what can be solved exactly."""


@dataclass(frozen=True, eq=False)
class Problem:
    """People who wait (``0 … n-1``), supporters (``0 … m-1``), and the pairs that every hard rule allows.

    ``person_keys`` (n) and ``supporter_keys`` (m) are made from ids that stay (``keys_of``): what breaks a tie must
    not depend on the order in which a database gives its rows. ``free`` (m) counts free places. Each pair is named
    once, by ``person`` and ``supporter`` (both of the pairs' length), with a ``weight`` above nought; the pairs of a
    person stand side by side, people in ascending order, and supporters within each (``in_order``).

    Raises ``ProblemOutOfRangeError`` for arrays that do not fit together.
    """

    person_keys: Keys
    supporter_keys: Keys
    free: Places
    person: Places
    supporter: Places
    weight: Whole

    def __post_init__(self) -> None:
        if not len(self.person) == len(self.supporter) == len(self.weight):
            raise ProblemOutOfRangeError("Each pair needs a person, a supporter and a weight.")
        if len(self.free) != self.supporters:
            raise ProblemOutOfRangeError("Each supporter needs a number of free places.")
        if len(self.free) and self.free.min() < 0:
            raise ProblemOutOfRangeError("A supporter has a negative number of free places.")
        if not self.pairs:
            return
        if self.person.min() < 0 or self.person.max() >= self.people:
            raise ProblemOutOfRangeError("A pair names a person who is not there.")
        if self.supporter.min() < 0 or self.supporter.max() >= self.supporters:
            raise ProblemOutOfRangeError("A pair names a supporter who is not there.")
        if not _ascending(self.person, self.supporter):
            raise ProblemOutOfRangeError("The pairs are not in order, or one is named twice.")
        if self.weight.min() < 1:
            raise ProblemOutOfRangeError("A pair's weight must be above nought, or nobody would be matched by it.")

    @classmethod
    def in_order(
        cls,
        *,
        person_keys: Keys,
        supporter_keys: Keys,
        free: Places,
        person: Places,
        supporter: Places,
        weight: Whole,
    ) -> Self:
        """A round from pairs in any order. Raises ``ProblemOutOfRangeError``."""
        if not _ascending(person, supporter):
            order = np.lexsort((supporter, person))
            person, supporter, weight = person[order], supporter[order], weight[order]
        return cls(person_keys, supporter_keys, free, person, supporter, weight)

    @property
    def people(self) -> int:
        """How many wait."""
        return len(self.person_keys)

    @property
    def supporters(self) -> int:
        """How many there are, with or without free places."""
        return len(self.supporter_keys)

    @property
    def pairs(self) -> int:
        """How many pairs the rules allow."""
        return len(self.person)

    def tied(self) -> Self:
        """The same with weights so made different that its optimum is one of the true optima, and the only one.

        A point is worth ``TIE_SCALE``, and a hash of the two keys is added. All the hashes of a round together stay
        below one point, so no score is ever traded for a tie. Raises ``ProblemOutOfRangeError`` where a weight reaches
        ``MOST_WEIGHT``.
        """
        if self.pairs and self.weight.max() >= MOST_WEIGHT:
            raise ProblemOutOfRangeError("A pair's weight is too large to be solved exactly.")
        most = min(self.people, int(self.free.sum(dtype=np.int64)))
        bits = min(MOST_BITS, max(0, (TIE_SCALE // max(1, most)).bit_length() - 1))
        hashed = _mix(self.supporter_keys.copy())[self.supporter]
        hashed ^= self.person_keys[self.person]
        _mix(hashed)
        hashed >>= np.uint64(1)
        weight = hashed.view(np.int64)
        weight >>= 63 - bits
        weight += self.weight * TIE_SCALE
        return replace(self, weight=weight)

    def only(self, pairs: Whole) -> Self:
        """The same with these pairs alone, numbered in ascending order."""
        return replace(self, person=self.person[pairs], supporter=self.supporter[pairs], weight=self.weight[pairs])

    def best_of_each(self, most: int) -> NDArray[np.bool_]:
        """Which pairs are among the ``most`` best of their person, of those whose supporter has a free place."""
        usable = np.flatnonzero(self.free[self.supporter] > 0)
        person = self.person[usable]
        begins = np.searchsorted(person, np.arange(self.people))
        best_first = np.argsort(person * self.weight.max(initial=1) - self.weight[usable])
        rank = np.arange(len(usable)) - begins[person]
        best = np.zeros(self.pairs, np.bool_)
        best[usable[best_first[rank < most]]] = True
        return best


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best whole list. ``chosen`` numbers the pairs that are in it, in ascending order."""

    chosen: Whole
    objective: int
    solver: str
    """Which library solved it, and its version."""


def keys_of(ids: Iterable[UUID]) -> Keys:
    """A number of 64 bits for each id, the same for ever and on every machine."""
    digests = b"".join(blake2b(one.bytes, digest_size=8).digest() for one in ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _ascending(person: Places, supporter: Places) -> bool:
    same = person[1:] == person[:-1]
    return bool(np.all((person[1:] > person[:-1]) | (same & (supporter[1:] > supporter[:-1]))))


def _mix(keys: Keys) -> Keys:
    """Spread every bit of each key over all 64, in place (the finaliser of SplitMix64: Steele, Lea, Flood, 2014)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        keys ^= keys >> np.uint64(shift)
        keys *= np.uint64(factor)
    return keys
