"""A programme's whole waiting list as a round: who may be paired, and what each pair is worth in the list."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

import numpy as np

from kith_matching.domain.priority import PLACE, Priority, standing
from kith_matching.domain.referral import Programme, Referral
from kith_matching.solving.pairing import Candidate, pair_up
from kith_matching.solving.problem import Problem, keys_of


def list_of(
    programme: Programme,
    people: Sequence[Referral],
    supporters: Sequence[Candidate],
    *,
    said_no: Collection[tuple[UUID, UUID]] = (),
    priority: Priority,
    today: date,
) -> Problem:
    """The round of ``today`` (Europe/London). A pair is worth a place, its fit, and its person's standing.

    Raises ``ProblemOutOfRangeError`` for a policy whose points are beyond what can be solved exactly.
    """
    found = pair_up(programme, people, supporters, said_no, today)
    candidates = np.bincount(found.person, minlength=len(people)).tolist()
    before = np.array(
        [
            sum(part.points for part in standing(person, priority, candidates=count, today=today))
            for person, count in zip(people, candidates, strict=True)
        ],
        np.int64,
    )
    return Problem(
        person_keys=keys_of(person.id for person in people),
        supporter_keys=keys_of(supporter.id for supporter, _ in supporters),
        free=np.array([max(0, one.capacity - load.taken) for one, load in supporters], np.int32),
        person=found.person,
        supporter=found.supporter,
        weight=np.maximum(1, PLACE + found.score + before[found.person]),
    )
