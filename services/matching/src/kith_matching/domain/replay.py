"""What is kept of a round so that it can be held again to the same answer, and what came of doing so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.round import Round

KEPT_FOR: Final = timedelta(days=400)
"""A year and a month: whoever asks at a year's end can still be answered [K]."""
ERASED: Final = UUID(int=0)
"""Stands where a person was who has been erased since."""


class InputNotKept(MatchingRefused):
    """What the round looked at is not there any more, or never was."""

    code = "round-input-not-kept"
    advice = (
        "What this round looked at cannot be read here: it is kept for 400 days, by releases that know this. "
        "Hold a new round."
    )


class SolverMissing(MatchingRefused):
    """The library that was asked for is not installed here."""

    code = "solver-not-installed"
    advice = "This solver is not installed here. Leave the solver out, or ask for the other."


@dataclass(frozen=True, slots=True)
class Kept:
    """A round's input: the people and supporters in the order of the numbers in ``problem``, which has a ``layout``.

    Of people who were erased since the ids are ``ERASED``.
    """

    layout: int
    referral_ids: Sequence[UUID]
    supporter_ids: Sequence[UUID]
    problem: bytes

    @property
    def erased(self) -> int:
        """How many of its people were erased since."""
        return sum(one == ERASED for one in self.referral_ids)


@dataclass(frozen=True, slots=True)
class Solved:
    """A list that was found: what it is worth, by which library and version, of a list with this digest."""

    objective: int
    solver: str
    digest: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A round, solved again. ``same``: the same pairs, and worth the same.

    ``digest_agrees`` says whether what was kept is what the round looked at; None where people were ``erased`` since:
    their ids are gone, and with them what broke ties of theirs, so the digest cannot be checked, and of two lists that
    are worth the same the other may come out.
    """

    then: Solved
    now: Solved
    same: bool
    digest_agrees: bool | None
    erased: int


def compare(held: Round, now: Solved, *, same_pairs: bool, erased: int) -> Replayed:
    """What came of a round that was solved again."""
    return Replayed(
        Solved(held.objective, held.solver, held.digest),
        now,
        same=same_pairs and held.objective == now.objective,
        digest_agrees=None if erased else held.digest == now.digest,
        erased=erased,
    )
