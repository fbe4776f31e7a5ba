"""A round's whole input as a few bytes, from which it can be solved again: numbers alone, the ids stand apart."""

import zlib
from typing import Final

import numpy as np

from kith_matching.domain.replay import InputNotKept, Kept
from kith_matching.solving.problem import Problem, Whole, keys_of

LAYOUT: Final = 1
"""How the bytes are laid out. Another way of keeping a round gets another number, and reads this one as well."""
_HEADER: Final = 4
_QUICK: Final = 1
"""zlib's quickest: measured, 2,500,000 pairs take a quarter of a second, and 5 MB."""


def pack(problem: Problem, chosen: Whole) -> bytes:
    """The problem and the pairs that were chosen: free places, each person's pairs, and what each is worth.

    No pair of a round that was solved weighs as much as ``MOST_WEIGHT``, so that four bytes hold it.
    """
    counts = np.bincount(problem.person, minlength=problem.people)
    header = (problem.supporters, problem.people, problem.pairs, len(chosen))
    arrays = (header, problem.free, counts, problem.supporter, problem.weight, chosen)
    return zlib.compress(b"".join(np.asarray(array, "<i4").tobytes() for array in arrays), _QUICK)


def unpack(kept: Kept) -> tuple[Problem, Whole]:
    """The problem and the pairs that were chosen. Of whoever was erased since there is no id, and so another key.

    Raises ``InputNotKept`` where a later release kept it in a way that this one does not know.
    """
    if kept.layout != LAYOUT:
        raise InputNotKept
    numbers = np.frombuffer(zlib.decompress(kept.problem), "<i4")
    lengths: list[int] = numbers[:_HEADER].tolist()
    supporters, people, pairs, chosen = lengths
    free, counts, supporter, weight, picked = np.split(numbers[_HEADER:], np.cumsum([supporters, people, pairs, pairs]))
    if len(picked) != chosen:
        raise ValueError("The bytes that were kept of the round are not whole.")
    problem = Problem(
        person_keys=keys_of(kept.referral_ids),
        supporter_keys=keys_of(kept.supporter_ids),
        free=free.astype(np.int32),
        person=np.repeat(np.arange(people, dtype=np.int32), counts),
        supporter=supporter.astype(np.int32),
        weight=weight.astype(np.int64),
    )
    return problem, picked.astype(np.int64)
