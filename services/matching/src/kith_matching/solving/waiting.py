"""A programme's whole waiting list as a round: who may be paired, and what each pair is worth in the list."""

from datetime import date

import numpy as np

from kith_matching.domain.priority import PLACE, standing
from kith_matching.domain.round import WaitingList
from kith_matching.solving.pairing import pair_up
from kith_matching.solving.problem import Problem, keys_of


def list_of(given: WaitingList, *, today: date) -> Problem:
    """The round of ``today`` (Europe/London). A pair is worth a place, its fit, and its person's standing.

    Raises ``ProblemOutOfRangeError`` for a policy whose points are beyond what can be solved exactly.
    """
    found = pair_up(
        given.programme,
        given.people,
        given.supporters,
        given.apart,
        today,
        supported_before=given.supported_before,
        private=given.private,
    )
    candidates = np.bincount(found.person, minlength=len(given.people)).tolist()
    before = np.array(
        [
            sum(part.points for part in standing(person, given.programme.terms.priority, candidates=count, today=today))
            for person, count in zip(given.people, candidates, strict=True)
        ],
        np.int64,
    )
    return Problem(
        person_keys=keys_of(person.id for person in given.people),
        supporter_keys=keys_of(supporter.id for supporter, _ in given.supporters),
        free=np.array([max(0, one.capacity - load.taken) for one, load in given.supporters], np.int32),
        person=found.person,
        supporter=found.supporter,
        weight=np.maximum(1, PLACE + found.score + before[found.person]),
    )
