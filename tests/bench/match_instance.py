"""One round out of a file, solved with the product's own solver or by OR-tools alone; prints one line of JSON.

``python tests/bench/match_instance.py FILE.npz [--alone] [--solver scipy]``. The file has ``n``, ``m``, and for each
allowed pair ``rows``, ``cols`` and ``score``; ``wait`` in days for each of ``n`` people, ``cap`` for each of ``m``
supporters. A pair is worth ``10,000 + score + 2 * min(wait, 365)``: as many people as possible, then fit and waiting.
"""

import argparse
import json
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from kith_matching.solving import Problem, Solver, price, solve
from kith_matching.solving.problem import Keys

Answer = tuple[int, int, int | None]
"""What the list is worth, how many are in it, and what is missing in its proof (None: nobody looked)."""


def read(path: Path) -> dict[str, Any]:
    """The file's arrays, and each pair's weight."""
    with np.load(path) as file:
        given = {name: file[name] for name in ("n", "m", "rows", "cols", "score", "wait", "cap")}
    waited = 2 * np.minimum(given["wait"].astype(np.int64), 365)
    given["weight"] = 10_000 + given["score"].astype(np.int64) + waited[given["rows"]]
    return given


def problem_of(given: dict[str, Any]) -> Problem:
    """The same as a round. The file has no ids: a place in it stands for one."""
    return Problem.in_order(
        person_keys=_keys("person", int(given["n"])),
        supporter_keys=_keys("supporter", int(given["m"])),
        free=given["cap"].astype(np.int32, copy=False),
        person=given["rows"].astype(np.int32, copy=False),
        supporter=given["cols"].astype(np.int32, copy=False),
        weight=given["weight"],
    )


def ours(given: dict[str, Any], solver: Solver | None) -> Answer:
    """With what coordinators use: ties broken, and the list proved."""
    problem = problem_of(given)
    best = solve(problem, solver)
    return best.objective, len(best.chosen), price(problem, best.chosen).gap


def alone(given: dict[str, Any]) -> Answer:
    """OR-tools as its manual shows it, with all pairs at once."""
    n, m, rows, weight = int(given["n"]), int(given["m"]), given["rows"], given["weight"]
    network = min_cost_flow.SimpleMinCostFlow()
    add = network.add_arcs_with_capacity_and_unit_cost
    pairs = add(rows, given["cols"] + np.int32(n), np.ones(len(rows), np.int64), -weight)
    people, supporters = np.arange(n, dtype=np.int32), np.arange(n, n + m, dtype=np.int32)
    add(people, np.full(n, n + m, np.int32), np.ones(n, np.int64), np.zeros(n, np.int64))
    add(supporters, np.full(m, n + m, np.int32), given["cap"].astype(np.int64), np.zeros(m, np.int64))
    network.set_nodes_supplies(people, np.ones(n, np.int64))
    network.set_node_supply(n + m, -n)
    if network.solve() != network.OPTIMAL:
        raise RuntimeError("OR-tools found no optimum")
    chosen = network.flows(pairs) > 0
    return int(weight[chosen].sum()), int(chosen.sum()), None


def _keys(kind: str, count: int) -> Keys:
    digests = b"".join(blake2b(f"{kind} {at}".encode(), digest_size=8).digest() for at in range(count))
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _peak() -> float:
    """The most memory that this process had, in MiB. ``getrusage`` would count what its parent had, too."""
    (most,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(most.split()[1]) / 1024, 1)


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path, help="an instance, as numpy writes it (.npz)")
    asked.add_argument("--alone", action="store_true", help="OR-tools without anything of ours")
    asked.add_argument("--solver", type=Solver, choices=list(Solver), help="a library (OR-tools where it is there)")
    chosen = asked.parse_args()
    given = read(chosen.file)
    begun = time.perf_counter()
    objective, matched, gap = alone(given) if chosen.alone else ours(given, chosen.solver)
    seconds = time.perf_counter() - begun
    seen = {
        "objective": objective,
        "matched": matched,
        "seconds": round(seconds, 3),
        "peak_mib": _peak(),
        "certificate_gap": gap,
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
