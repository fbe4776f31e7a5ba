"""A round from beginning to end: the pairs, the best list and its proof, and what is kept of it."""

from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID

import numpy as np

from kith_matching.domain.round import Picks, Policy, Round, WaitingList
from kith_matching.solving.problem import Problem, Whole
from kith_matching.solving.proof import price
from kith_matching.solving.solve import UnsolvedError, solve
from kith_matching.solving.waiting import list_of


def hold(given: WaitingList, *, round_id: UUID, now: datetime, today: date) -> tuple[Round, Picks]:
    """Hold a round at ``now`` (UTC), on ``today`` (Europe/London). It takes seconds for thousands of people.

    Raises ``UnsolvedError`` where the list is not proved best: then nothing of it may be shown.
    """
    problem = list_of(given, today=today)
    best = solve(problem)
    prices = price(problem, best.chosen)
    if prices.gap:
        raise UnsolvedError(f"The list is not proved best: {prices.gap} points are missing.")
    held = Round(
        id=round_id,
        programme_id=given.programme.id,
        organisation_id=given.programme.organisation_id,
        held_at=now,
        people=problem.people,
        supporters=problem.supporters,
        pairs=problem.pairs,
        matched=len(best.chosen),
        nobody=problem.people - len(np.unique(problem.person)),
        objective=best.objective,
        solver=best.solver,
        digest=_digest(problem),
        policy=Policy(given.programme.weights, given.programme.terms.priority, given.programme.terms.version),
    )
    return held, _picks(given, problem, best.chosen, prices.places)


def _picks(given: WaitingList, problem: Problem, chosen: Whole, places: Whole) -> Picks:
    pairs = zip(problem.person[chosen].tolist(), problem.supporter[chosen].tolist(), strict=True)
    return Picks(
        {given.people[person].id: given.supporters[supporter][0].id for person, supporter in pairs},
        {given.supporters[at][0].id: int(places[at]) for at in np.flatnonzero(places).tolist()},
    )


def _digest(problem: Problem) -> str:
    """The same for the same list by the same policy, whatever the machine."""
    digest = blake2b(digest_size=16)
    for name in ("person_keys", "supporter_keys", "free", "person", "supporter", "weight"):
        digest.update(getattr(problem, name).tobytes())
    return digest.hexdigest()
