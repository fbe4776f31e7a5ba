"""``make bench``: the figures the chassis is held to, as ratios of one run, printed and written to ``bench.json``."""

import argparse
import sys
from pathlib import Path

import uvloop

from kith_chassis.process import spare_the_garbage_collector
from tests.bench import (
    bench_inbox,
    bench_latency,
    bench_meetings,
    bench_pairs,
    bench_post,
    bench_relay,
    bench_round,
)
from tests.bench.measure import report
from tests.bench.stage import set_stage

BENCHES = {
    "relay": bench_relay.bench,
    "inbox": bench_inbox.bench,
    "plain": bench_inbox.bench_plain,
    "post": bench_post.bench,
    "meetings": bench_meetings.bench,
    "latency": bench_latency.bench,
    "round-seconds": bench_round.bench_seconds,
    "round-memory": bench_round.bench_memory,
    "pairs": bench_pairs.bench,
}


async def run(names: list[str], path: Path) -> int:
    """Run these benches; 0 when every goal is reached."""
    spare_the_garbage_collector()  # both sides, for both run in this process
    async with set_stage() as stage:
        figures = [await BENCHES[name](stage) for name in names]
    report(figures, path)
    return 0 if all(figure.reached for figure in figures) else 1


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--only", choices=list(BENCHES), nargs="+", default=list(BENCHES), help="these alone")
    asked.add_argument("--out", type=Path, default=Path("bench.json"), help="where the figures go (bench.json)")
    chosen = asked.parse_args()
    sys.exit(uvloop.run(run(chosen.only, chosen.out)))


if __name__ == "__main__":
    main()
