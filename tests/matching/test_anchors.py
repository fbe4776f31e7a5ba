"""The instances whose best list is known: what it is worth, its proof, and that no order of rows changes it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kith_matching.solving import Problem, Solver, price, solve
from tests.bench.match_instance import problem_of, read

pytestmark = [pytest.mark.shared, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Anchor:
    """An instance by the arguments of its generator, and what its best list is worth (matching.md, section 2)."""

    people: int
    supporters: int
    places: str
    objective: int


ANCHORS = {
    "1,000 by 500, tight": Anchor(1_000, 500, "tight", 5_883_398),
    "10,000 by 5,000, tight": Anchor(10_000, 5_000, "tight", 66_321_765),
    "10,000 by 5,000, loose": Anchor(10_000, 5_000, "loose", 106_475_500),
}


def made(anchor: Anchor, shared_data: Path, folder: Path) -> Problem:
    generator = shared_data.parent / "matching_instances" / "generate.py"
    file = folder / "instance.npz"
    size = (str(anchor.people), str(anchor.supporters), anchor.places, "7", str(file))
    subprocess.run([sys.executable, str(generator), *size], check=True, stdout=subprocess.DEVNULL)
    return problem_of(read(file))


def shuffled(problem: Problem, seed: int) -> Problem:
    """The same round as a database might give it: people, supporters and pairs in another order."""
    chance = np.random.default_rng(seed)
    people, supporters = chance.permutation(problem.people), chance.permutation(problem.supporters)
    rows = chance.permutation(problem.pairs)
    return Problem.in_order(
        person_keys=problem.person_keys[people],
        supporter_keys=problem.supporter_keys[supporters],
        free=problem.free[supporters],
        person=np.argsort(people).astype(np.int32)[problem.person[rows]],
        supporter=np.argsort(supporters).astype(np.int32)[problem.supporter[rows]],
        weight=problem.weight[rows],
    )


def named(problem: Problem, chosen: np.ndarray) -> set[tuple[int, int]]:
    people, supporters = problem.person_keys[problem.person], problem.supporter_keys[problem.supporter]
    return set(zip(people[chosen].tolist(), supporters[chosen].tolist(), strict=True))


@pytest.mark.parametrize("name", ANCHORS)
def test_the_best_list_is_the_known_one_however_it_is_asked_for(name: str, shared_data: Path, tmp_path: Path) -> None:
    problem = made(ANCHORS[name], shared_data, tmp_path)

    best = solve(problem)

    assert best.objective == ANCHORS[name].objective
    assert price(problem, best.chosen).gap == 0
    other = shuffled(problem, seed=1)
    assert named(other, solve(other).chosen) == named(problem, best.chosen)


@pytest.mark.parametrize("name", ["1,000 by 500, tight", "10,000 by 5,000, loose"])
def test_scipy_chooses_the_same_pairs(name: str, shared_data: Path, tmp_path: Path) -> None:
    problem = made(ANCHORS[name], shared_data, tmp_path)

    assert solve(problem, Solver.ASSIGNMENT).chosen.tolist() == solve(problem).chosen.tolist()
