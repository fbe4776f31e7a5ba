"""A round over 10,000 people who wait and 5,000 supporters: time and memory against OR-tools with all pairs at once.

Every run is a process of its own, so that the peak of its memory is its own too.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.bench.measure import Figure, compare
from tests.bench.stage import Stage

PEOPLE, SUPPORTERS, PAIRS = 10_000, 5_000, 2_000_000
TOWNS, EXPERIENCES = 24, 15
SCRIPT = Path(__file__).with_name("match_instance.py")


def write_instance(path: Path, seed: int = 7) -> None:
    """A waiting list as it usually is: few free places, popular towns, some people whom hardly anybody could support.

    A pair is allowed where the two share an experience and live in one town, or both use the telephone; then chance
    takes some away until ``PAIRS`` are left, as blocks and refusals do.
    """
    chance = np.random.default_rng(seed)
    town_share, lived_share = _falling(TOWNS, 0.7), _falling(EXPERIENCES, 0.8)
    p_town, s_town = chance.choice(TOWNS, PEOPLE, p=town_share), chance.choice(TOWNS, SUPPORTERS, p=town_share)
    p_lived = chance.choice(EXPERIENCES, PEOPLE, p=lived_share)
    s_lived = chance.random((EXPERIENCES, SUPPORTERS)) < (4 * lived_share)[:, None]
    p_calls, s_calls = chance.random(PEOPLE) < 0.3, chance.random(SUPPORTERS) < 0.5
    rows, cols = [], []
    for begin in range(0, PEOPLE, 1000):
        some = slice(begin, begin + 1000)
        allowed = (p_town[some, None] == s_town) | (p_calls[some, None] & s_calls)
        person, supporter = np.nonzero(allowed & s_lived[p_lived[some]])
        rows.append((person + begin).astype(np.int32))
        cols.append(supporter.astype(np.int32))
    row, col = np.concatenate(rows), np.concatenate(cols)
    left = np.sort(chance.choice(len(row), min(PAIRS, len(row)), replace=False))
    np.savez(
        path,
        n=PEOPLE,
        m=SUPPORTERS,
        rows=row[left],
        cols=col[left],
        score=chance.integers(0, 1001, len(left), dtype=np.int32),
        wait=np.minimum(chance.exponential(60, PEOPLE), 400).astype(np.int32),
        cap=chance.binomial(5, 0.25, SUPPORTERS).astype(np.int32),
    )


def _falling(count: int, steepness: float) -> Any:
    share = np.arange(1, count + 1) ** -steepness
    return share / share.sum()


async def bench_seconds(_: Stage) -> Figure:
    """The sixth row of the table: time."""
    return await _compare("seconds", "seconds")


async def bench_memory(_: Stage) -> Figure:
    """The sixth row of the table: memory."""
    return await _compare("MiB", "peak_mib")


async def _compare(unit: str, name: str) -> Figure:
    """Raises ``RuntimeError`` where the two disagree about the best list, or ours is not proved."""
    with TemporaryDirectory(prefix="kith-bench-round-") as folder:
        file = Path(folder) / "waiting.npz"
        write_instance(file)
        ours, alone = await _solved(file), await _solved(file, "--alone")
        if ours["objective"] != alone["objective"] or ours["certificate_gap"] != 0:
            raise RuntimeError(f"the lists differ: {ours} and {alone}")
        return await compare(
            f"round of {PEOPLE:,} by {SUPPORTERS:,}, {unit}",
            _figure(file, name),
            _figure(file, name, "--alone"),
            goal=1.3,
            better="lower",
            rounds=5,
        )


def _figure(file: Path, name: str, *options: str) -> Callable[[], Awaitable[float]]:
    async def figure() -> float:
        return float((await _solved(file, *options))[name])

    return figure


async def _solved(file: Path, *options: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SCRIPT), str(file), *options), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("a round was not solved")
    seen: dict[str, Any] = json.loads(said)
    return seen
