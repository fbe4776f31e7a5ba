"""``POST`` of a referral: requests a second, against a bare FastAPI and asyncpg handler with the same duties."""

from collections.abc import Awaitable, Callable

from tests.bench import load
from tests.bench.measure import Figure, compare
from tests.bench.sides import Side, sides
from tests.bench.stage import Stage

SECONDS = 1.5
ROUNDS = 15
"""Short and many: where a machine is now quick and now slow, both sides have to meet both."""


async def bench(stage: Stage) -> Figure:
    """The fourth row of the table."""
    async with sides(stage) as both:
        ours, by_hand = await both.ours("api"), await both.by_hand()
        figure = await compare("POST referral, requests/s", _rate(ours), _rate(by_hand), goal=0.6, rounds=ROUNDS)
        for side in (ours, by_hand):
            _check(await side.rows())
    return figure


def _rate(side: Side) -> Callable[[], Awaitable[float]]:
    async def rate() -> float:
        return float((await load.run(side.plan(SECONDS)))["rate"])

    return rate


def _check(rows: dict[str, int]) -> None:
    """Both sides keep the same: three consents, and one row in each other table, for every referral."""
    made = rows["referrals"]
    alike = dict.fromkeys(("people", "referrals", "steps", "outbox", "answers", "noted"), made)
    wanted = {**alike, "consents": 3 * made}
    if not made or rows != wanted:
        raise RuntimeError(f"not every duty was done: {rows}")
