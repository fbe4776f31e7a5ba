"""From a referral accepted to the same referral visible in reporting: the slowest hundredth, at a steady rate.

Ours: referrals (API and relay), Kafka, reporting (inbox). Against it the loops by hand, chained in the same way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg

from tests.bench import load
from tests.bench.bare_loops import TABLES
from tests.bench.measure import Figure, compare
from tests.bench.sides import Side, sides
from tests.bench.stage import Stage
from tests.servers.postgres import Address

SECONDS = 20.0
RATE = 50.0


async def bench(stage: Stage) -> Figure:
    """The fifth row of the table."""
    await stage.empty_topics()
    (topic,) = await stage.topics()
    async with sides(stage) as both:
        reporting, bare = await stage.database("reporting"), await stage.database("chassis")
        ours = await both.ours("api,relay")
        await both.service("reporting", "inbox", reporting)
        by_hand = await both.by_hand(topic)
        connection = await asyncpg.connect(bare.admin_url)
        await connection.execute(TABLES)
        await connection.close()
        settings = {"BARE_DATABASE_URL": bare.admin_url, "BARE_KAFKA": stage.bootstrap, "BARE_TOPIC": topic}
        await both.start(["tests.bench.bare_loops"], settings)
        return await compare(
            "POST to visible in reporting, p99 in ms at 50/s",
            _slowest(ours, reporting, "referrals"),
            _slowest(by_hand, bare, "bare_referrals"),
            goal=1.5,
            better="lower",
            rounds=5,
        )


def _slowest(side: Side, where: Address, table: str) -> Callable[[], Awaitable[float]]:
    query = f"select referral_id from {table} where referral_id = any($1::uuid[])"
    plan = replace(side.plan(SECONDS), rate=RATE, url=where.admin_url, query=query)

    async def slowest() -> float:
        seen = await load.run(plan)
        print("   ", {name: round(value, 1) for name, value in seen.items()}, flush=True)
        return float(seen["p99"])

    return slowest
