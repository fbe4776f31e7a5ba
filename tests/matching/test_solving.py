"""The best whole list: no list is better, ties do not depend on the order of rows, and every place has its price."""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.solving import Optimum, Problem, Solver, price, solve
from kith_matching.solving.problem import MOST_WEIGHT, TIE_SCALE, ProblemOutOfRangeError, keys_of

Pairs = dict[tuple[int, int], int]


def a_round(free: list[int], pairs: Pairs, *, people: int = 4, rows: list[tuple[int, int]] | None = None) -> Problem:
    """People and supporters by number; ``rows`` is the order in which the pairs come."""
    named = rows or list(pairs)
    return Problem.in_order(
        person_keys=keys_of(UUID(int=1 + number) for number in range(people)),
        supporter_keys=keys_of(UUID(int=1001 + number) for number in range(len(free))),
        free=np.array(free, np.int32),
        person=np.array([person for person, _ in named], np.int32),
        supporter=np.array([supporter for _, supporter in named], np.int32),
        weight=np.array([pairs[pair] for pair in named], np.int64),
    )


@st.composite
def rounds(draw: st.DrawFn, *, heaviest: int = 9) -> Problem:
    """Small enough to try every list: up to four people and three supporters. Few different weights: many ties."""
    free = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
    every = list(product(range(4), range(len(free))))
    named = draw(st.lists(st.sampled_from(every), unique=True))
    return a_round(free, {pair: draw(st.integers(1, heaviest)) for pair in named})


def best_by_trying(problem: Problem) -> int:
    """What the best list is worth, found by trying every one."""
    most = 0
    options: list[list[int | None]] = [
        [None, *np.flatnonzero(problem.person == person).tolist()] for person in range(problem.people)
    ]
    for tried in product(*options):
        chosen = [pair for pair in tried if pair is not None]
        if np.all(np.bincount(problem.supporter[chosen], minlength=problem.supporters) <= problem.free):
            most = max(most, int(problem.weight[chosen].sum()))
    return most


def pairs_in(problem: Problem, optimum: Optimum) -> set[tuple[int, int]]:
    return set(zip(problem.person[optimum.chosen].tolist(), problem.supporter[optimum.chosen].tolist(), strict=True))


@pytest.mark.parametrize("solver", Solver)
@given(problem=rounds(), first=st.integers(1, 3))
def test_no_list_is_better_and_it_is_proved(solver: Solver, problem: Problem, first: int) -> None:
    optimum = solve(problem, solver, first=first)

    assert optimum.objective == best_by_trying(problem)
    assert price(problem, optimum.chosen).gap == 0


@given(problem=rounds(heaviest=2), first=st.integers(1, 3))
def test_both_libraries_choose_the_same_pairs_however_few_they_begin_with(problem: Problem, first: int) -> None:
    assert solve(problem, Solver.FLOW).chosen.tolist() == solve(problem, Solver.ASSIGNMENT, first=first).chosen.tolist()


@pytest.mark.parametrize("first", [1, 5, 1000])
def test_a_list_of_hundreds_is_the_same_by_either_library_and_from_any_beginning(first: int) -> None:
    chance = np.random.default_rng(7)
    pairs = {
        (person, supporter): int(chance.integers(1, 30))
        for person in range(300)
        for supporter in chance.choice(80, 25, replace=False).tolist()
    }
    problem = a_round(chance.integers(0, 4, 80).tolist(), pairs, people=300)

    by_flow, by_assignment = solve(problem, Solver.FLOW, first=first), solve(problem, Solver.ASSIGNMENT, first=first)

    assert by_flow.chosen.tolist() == by_assignment.chosen.tolist() == solve(problem).chosen.tolist()
    assert price(problem, by_flow.chosen).gap == 0


@given(data=st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    pairs = {(person, supporter): 5 for person in range(4) for supporter in range(3)}
    rows = data.draw(st.permutations(list(pairs)))
    as_given, shuffled = a_round([1, 1, 1], pairs), a_round([1, 1, 1], pairs, rows=list(rows))

    assert pairs_in(as_given, solve(as_given)) == pairs_in(shuffled, solve(shuffled))


@given(problem=rounds(), data=st.data())
def test_a_price_is_what_one_more_place_would_add(problem: Problem, data: st.DataObject) -> None:
    which = data.draw(st.integers(0, problem.supporters - 1))
    optimum = solve(problem)
    more = problem.free.copy()
    more[which] += 1

    added = solve(replace(problem, free=more)).objective - optimum.objective

    assert price(problem, optimum.chosen).places[which] == added


@given(problem=rounds())
def test_a_list_that_is_not_the_best_has_a_gap(problem: Problem) -> None:
    optimum = solve(problem)

    if len(optimum.chosen):
        assert price(problem, optimum.chosen[1:]).gap > 0


def test_a_list_that_overfills_somebody_has_a_gap() -> None:
    problem = a_round([1], {(0, 0): 5, (1, 0): 5})

    assert price(problem, np.array([0, 1])).gap > 0


def test_as_many_as_possible_come_before_the_fit_where_the_weights_say_so() -> None:
    problem = a_round([1, 1], {(0, 0): 10_900, (0, 1): 10_100, (1, 0): 10_000})

    assert pairs_in(problem, solve(problem)) == {(0, 1), (1, 0)}


def test_ties_together_are_worth_less_than_a_point() -> None:
    problem = a_round([1] * 3, {(person, supporter): 1 for person in range(4) for supporter in range(3)})

    ties = problem.tied().weight - problem.weight * TIE_SCALE

    assert ties.min() >= 0
    assert np.sort(ties)[-3:].sum() < TIE_SCALE
    assert len(set(ties.tolist())) == problem.pairs


def test_nobody_waiting_and_nobody_free_is_an_empty_list() -> None:
    for problem in (a_round([1], {}), a_round([0], {(0, 0): 5})):
        optimum = solve(problem)
        assert (len(optimum.chosen), optimum.objective, price(problem, optimum.chosen).gap) == (0, 0, 0)


WRONG: dict[str, dict[str, Any]] = {
    "a person who is not there": {"pairs": {(9, 0): 5}},
    "a supporter who is not there": {"pairs": {(0, 7): 5}},
    "a weight of nought": {"pairs": {(0, 0): 0}},
    "fewer than no places": {"pairs": {(0, 0): 5}, "free": [-1]},
    "a pair named twice": {"pairs": {(0, 0): 5}, "rows": [(0, 0), (0, 0)]},
}


@pytest.mark.parametrize("what", WRONG)
def test_arrays_that_make_no_round_are_refused(what: str) -> None:
    with pytest.raises(ProblemOutOfRangeError):
        a_round(**{"free": [1], **WRONG[what]})


def test_a_weight_beyond_what_is_exact_is_not_solved() -> None:
    with pytest.raises(ProblemOutOfRangeError):
        solve(a_round([1], {(0, 0): MOST_WEIGHT}))
