"""A round from beginning to end: the pairs, the best list and its proof, and what is kept of it."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import blake2b
from importlib.util import find_spec
from uuid import UUID

import numpy as np

from kith_matching.domain.fairness import Asked, Report, report, stood
from kith_matching.domain.helpful import Helpful, most_helpful
from kith_matching.domain.referral import Referral
from kith_matching.domain.replay import Kept, Replayed, Solved, SolverMissing, compare
from kith_matching.domain.round import Picks, Policy, Round, WaitingList
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import parts
from kith_matching.solving.keeping import LAYOUT, pack, unpack
from kith_matching.solving.problem import Problem, Whole
from kith_matching.solving.proof import price
from kith_matching.solving.solve import Solver, UnsolvedError, solve
from kith_matching.solving.waiting import list_of


def hold(
    given: WaitingList, *, round_id: UUID, now: datetime, today: date, declined: int = 0
) -> tuple[Round, Picks, Kept, Report]:
    """Hold a round at ``now`` (UTC), on ``today`` (Europe/London). It takes seconds for thousands of people.

    ``declined`` counts the proposals that got a no since the round before. Raises ``UnsolvedError`` where the list is
    not proved best: then nothing of it may be shown.
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
        digest=digest_of(problem),
        policy=Policy(given.programme.weights, given.programme.terms.priority, given.programme.terms.version),
    )
    kept = Kept(
        LAYOUT,
        [person.id for person in given.people],
        [supporter.id for supporter, _ in given.supporters],
        pack(problem, best.chosen),
    )
    told = _report(given, problem, best.chosen, today=today, declined=declined)
    return held, _picks(given, problem, best.chosen, prices.places), kept, told


def _picks(given: WaitingList, problem: Problem, chosen: Whole, places: Whole) -> Picks:
    pairs = zip(problem.person[chosen].tolist(), problem.supporter[chosen].tolist(), strict=True)
    return Picks(
        {given.people[person].id: given.supporters[supporter][0].id for person, supporter in pairs},
        {given.supporters[at][0].id: int(places[at]) for at in np.flatnonzero(places).tolist()},
    )


def _report(given: WaitingList, problem: Problem, chosen: Whole, *, today: date, declined: int) -> Report:
    candidates = np.bincount(problem.person, minlength=problem.people).tolist()
    picks = np.bincount(problem.supporter[chosen], minlength=problem.supporters).tolist()
    fits = {
        person: sum(part.points for part in parts(Pair(given.people[person], given.programme, *given.supporters[who])))
        for person, who in zip(problem.person[chosen].tolist(), problem.supporter[chosen].tolist(), strict=True)
    }
    people = [
        stood(one, candidates=candidates[at], fit=fits.get(at), today=today) for at, one in enumerate(given.people)
    ]
    supporters = [
        Asked(load.taken, one.capacity, picked) for (one, load), picked in zip(given.supporters, picks, strict=True)
    ]
    return report(people, supporters, declined=declined)


def replay(held: Round, kept: Kept, solver: Solver | None) -> Replayed:
    """Solve a round again, by this library, else by the first there is. It takes seconds for thousands of people.

    Raises ``UnsolvedError``, and ``SolverMissing`` where the library is not installed.
    """
    if solver and not find_spec(solver):
        raise SolverMissing
    problem, chosen = unpack(kept)
    best = solve(problem, solver)
    now = Solved(best.objective, best.solver, digest_of(problem))
    return compare(held, now, same_pairs=np.array_equal(best.chosen, chosen), erased=kept.erased)


def helpful_of(kept: Kept, people: Mapping[UUID, Referral], *, most: int) -> Helpful:
    """What a round says of the places and supporters that would help most, by what is known of its ``people`` now."""
    problem, chosen = unpack(kept)
    places = price(problem, chosen).places
    candidates = np.bincount(problem.person, minlength=problem.people).tolist()
    unmatched = np.setdiff1d(np.arange(problem.people), problem.person[chosen]).tolist()
    left = ((people.get(kept.referral_ids[at]), candidates[at]) for at in unmatched)
    return most_helpful(
        {kept.supporter_ids[at]: int(places[at]) for at in np.flatnonzero(places).tolist()},
        ((referral, count) for referral, count in left if referral is not None),
        most=most,
    )


def digest_of(problem: Problem) -> str:
    """The same for the same list by the same policy, whatever the machine."""
    digest = blake2b(digest_size=16)
    for name in ("person_keys", "supporter_keys", "free", "person", "supporter", "weight"):
        digest.update(getattr(problem, name).tobytes())
    return digest.hexdigest()
