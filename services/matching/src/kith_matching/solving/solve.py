"""Two libraries find the same best list: a minimum-cost flow, or, where that is missing, an assignment of clones.

Neither is given all pairs. It begins with the best few of each person; the prices of what it finds show which of the
others could be in a better list, and these are added until none could. So the list is proved best among all pairs
(column generation: Ford and Fulkerson, A suggested computation for maximal multi-commodity network flows, 1958), in
less time and memory than all pairs at once would take.
"""

from collections.abc import Callable
from enum import StrEnum
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

import numpy as np

from kith_matching.solving.problem import Optimum, Problem, Whole
from kith_matching.solving.proof import price

FIRST: Final = 20
"""Pairs of each person that a round begins with. Measured: 10 and 40 are both slower."""


class Solver(StrEnum):
    """A library that solves a round."""

    FLOW = "ortools"
    """OR-tools, ``SimpleMinCostFlow``: whole numbers throughout, and the quicker of the two."""
    ASSIGNMENT = "scipy"
    """SciPy, ``min_weight_full_bipartite_matching``."""


class UnsolvedError(RuntimeError):
    """The library gave no answer, or one that is not the best. The message says which, and nothing may be offered."""


def solve(problem: Problem, solver: Solver | None = None, *, first: int = FIRST) -> Optimum:
    """The best whole list, the same for the same round however its rows are ordered, and by either library.

    Without a ``solver`` it is OR-tools, or SciPy where OR-tools is not installed. ``first`` is how many pairs of each
    person it begins with. Raises ``UnsolvedError``, and ``ProblemOutOfRangeError`` for weights beyond what is exact.
    """
    by = solver or (Solver.FLOW if find_spec("ortools") else Solver.ASSIGNMENT)
    tied = problem.tied()
    chosen = np.zeros(0, np.int64)
    missing = given = problem.best_of_each(first)
    while missing.any():
        given = given | missing
        numbers = np.flatnonzero(given)
        some = tied.only(numbers)
        found = _WAYS[by](some)
        prices = price(some, found)
        if prices.gap:
            raise UnsolvedError(f"{by} gave a list that is not the best: {prices.gap} are missing in its proof.")
        chosen = numbers[found]
        missing = prices.unsupported(tied) & (tied.free[tied.supporter] > 0)
    return Optimum(chosen, int(problem.weight[chosen].sum()), f"{by} {version(by)}")


def _flow(problem: Problem) -> Whole:
    """One unit from each person over an allowed pair to a supporter, and out over a free place.

    People are nodes ``0 … n-1``, supporters ``n … n+m-1``, the sink ``n+m``. Whoever finds no supporter goes straight
    to the sink, at no cost.
    """
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415  it may not be there

    n, sink = problem.people, np.int32(problem.people + problem.supporters)
    asked, open_ = np.unique(problem.person), np.flatnonzero(problem.free).astype(np.int32)
    one, nothing = np.ones(problem.pairs, np.int64), np.zeros(max(len(asked), len(open_)), np.int64)
    network = min_cost_flow.SimpleMinCostFlow()
    add = network.add_arcs_with_capacity_and_unit_cost
    pairs = add(problem.person, problem.supporter + np.int32(n), one, -problem.weight)
    add(asked, np.full(len(asked), sink), one[: len(asked)], nothing[: len(asked)])
    places = problem.free[open_].astype(np.int64)
    add(open_ + np.int32(n), np.full(len(open_), sink), places, nothing[: len(open_)])
    network.set_nodes_supplies(asked, one[: len(asked)])
    network.set_node_supply(int(sink), -len(asked))
    status = network.solve()
    if status != network.OPTIMAL:
        raise UnsolvedError(f"OR-tools says {status.name}.")
    return np.flatnonzero(network.flows(pairs))


def _assignment(problem: Problem) -> Whole:
    """A column for each free place, and one for each person who then finds nobody; costs above nought throughout.

    SciPy wants every person placed, and drops a cost of nought.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  it may not be there
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    places = np.minimum(problem.free, np.bincount(problem.supporter, minlength=problem.supporters))
    begins = np.concatenate(([0], np.cumsum(places)))
    clones = places[problem.supporter]
    pair = np.repeat(np.arange(problem.pairs), clones)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(clones) - clones, clones)
    asked, row = np.unique(problem.person[pair], return_inverse=True)
    nobody = int(problem.weight.max()) + 1
    rows = np.concatenate((row, np.arange(len(asked))))
    columns = np.concatenate((begins[problem.supporter[pair]] + within, begins[-1] + np.arange(len(asked))))
    costs = np.concatenate((nobody - problem.weight[pair], np.full(len(asked), nobody))).astype(np.float64)
    table = csr_array((costs, (rows, columns)), shape=(len(asked), int(begins[-1]) + len(asked)))
    found_rows, found_columns = min_weight_full_bipartite_matching(table)
    real = found_columns < begins[-1]
    supporter = np.searchsorted(begins, found_columns[real], side="right") - 1
    found = asked[found_rows[real]].astype(np.int64) * problem.supporters + supporter
    every = problem.person.astype(np.int64) * problem.supporters + problem.supporter
    return np.searchsorted(every, np.sort(found))


_WAYS: Final[dict[Solver, Callable[[Problem], Whole]]] = {Solver.FLOW: _flow, Solver.ASSIGNMENT: _assignment}
