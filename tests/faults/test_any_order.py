"""Facts come in any order of keys and topics and in any batches, and the result is the same."""

import json
import random
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.database import Database
from kith_chassis.received import Received
from tests.conftest import DatabaseOf
from tests.faults.journeys import all_journeys, shuffled

SERVICES = ("matching", "notifications", "reporting")
NOT_OURS = {
    "alembic_version",
    "inbox",
    "inbox_progress",
    "idempotency_keys",
    "relay_heartbeat",
    "outbox",
    "dead_letters",
}
MADE_HERE = {
    "notifications": {"messages": ("id", "created_at", "due_at", "settled_at")},
}
"""Columns that a service draws or stamps itself, so that no two runs agree in them."""

TABLES = sa.text("select tablename from pg_tables where schemaname = 'public' order by tablename")


async def deliver(database: Database, service: str, batches: list[list[Received]]) -> None:
    on_facts = import_module(f"kith_{service}.incoming").on_facts
    hears = import_module(f"kith_{service}.incoming").HEARS
    for batch in batches:
        heard = [fact for fact in batch if fact.topic in hears]
        if heard:
            async with database.network_transaction() as tx:
                await on_facts(tx, heard)


async def contents(database: Database, service: str) -> dict[str, list[str]]:
    """Every row of every table that the service owns, and the kinds of facts it has to tell."""
    found: dict[str, list[str]] = {}
    async with database.network_transaction() as tx:
        for table in (await tx.execute(TABLES)).scalars():
            if table not in NOT_OURS:
                rows = (await tx.execute(sa.text(f'select to_jsonb(it) from "{table}" it'))).scalars()
                made_here = MADE_HERE.get(service, {}).get(table, ())
                found[table] = sorted(told(row, made_here) for row in rows)
        types = await tx.execute(sa.text("select type, subject from outbox order by type, subject"))
        found["outbox"] = [f"{row.type} {row.subject}" for row in types]
    return found


def told(row: dict[str, Any], made_here: tuple[str, ...]) -> str:
    return json.dumps({name: value for name, value in row.items() if name not in made_here}, sort_keys=True)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_journey_ends_the_same_in_whatever_order_its_facts_come(
    database_of: DatabaseOf, service: str
) -> None:
    facts = all_journeys()
    in_order = await database_of(service)
    await deliver(in_order, service, [facts])
    expected = await contents(in_order, service)

    for seed in range(12):
        shaken = await database_of(service)
        await deliver(shaken, service, shuffled(facts, random.Random(seed)))

        assert await contents(shaken, service) == expected, f"seed {seed}"
