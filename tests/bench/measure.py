"""How a figure is taken: both sides in turn, A B A B, in one run on one machine; medians, and their ratio."""

import json
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Run = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of ``bench.json``: two medians, their ratio, and the goal it is held against."""

    name: str
    ours: float
    against: float
    ratio: float
    goal: float
    better: Literal["higher", "lower"]

    @property
    def reached(self) -> bool:
        """Whether the ratio is as good as its goal."""
        return self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal


async def compare(
    name: str, ours: Run, against: Run, *, goal: float, better: Literal["higher", "lower"] = "higher", rounds: int = 11
) -> Figure:
    """Run both sides in turn, ``rounds`` times after one round that does not count."""
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        a, b = await ours(), await against()
        print(
            f"  {name}: round {number}{' (warm-up)' if not number else ''}: ours {a:,.1f}, against {b:,.1f}", flush=True
        )
        if number:
            mine.append(a)
            theirs.append(b)
    a, b = statistics.median(mine), statistics.median(theirs)
    return Figure(name, round(a, 3), round(b, 3), round(a / b, 3), goal, better)


def report(figures: list[Figure], path: Path) -> None:
    """Print the table and write the file."""
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")
    print(f"\n{'':52}{'ours':>12}{'against':>12}{'ratio':>8}  goal")
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        said = "" if figure.reached else "  MISSED"
        print(
            f"{figure.name:52}{figure.ours:>12,.1f}{figure.against:>12,.1f}{figure.ratio:>8.2f}"
            f"  {sign} {figure.goal:g}{said}"
        )
    print(f"\nwritten to {path}")
