"""Connections are few, are kept, and come back whatever happens to those who use them."""

import asyncio

import pytest
import sqlalchemy as sa

from kith_chassis import connections
from kith_chassis.connections import driver_of
from kith_chassis.database import Database, is_fault
from tests.conftest import DatabaseOf

ROOM = 4
"""Connections that a database in tests may have (``tests/conftest.py``)."""
BACKEND = sa.text("select pg_backend_pid()")


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("chassis")


async def backend(database: Database, pause: float = 0.0) -> int:
    async with database.network_transaction() as tx:
        await asyncio.sleep(pause)
        return int((await tx.execute(BACKEND)).scalar_one())


async def test_one_transaction_after_another_uses_one_connection(database: Database) -> None:
    assert len({await backend(database) for _ in range(5)}) == 1


async def test_after_two_at_once_it_is_the_first_connection_again(database: Database) -> None:
    first = await backend(database)
    together = await asyncio.gather(backend(database, 0.01), backend(database, 0.02), backend(database, 0.03))

    assert len(set(together)) == 3
    assert {await backend(database) for _ in range(5)} == {first}


async def test_more_transactions_than_connections_take_turns(database: Database) -> None:
    together = await asyncio.gather(*(backend(database, 0.01) for _ in range(5 * ROOM)))

    assert len(set(together)) == ROOM


async def test_what_fails_is_lost_or_is_cancelled_gives_its_connection_back(database: Database) -> None:
    async def fail(number: int) -> None:
        async with database.network_transaction() as tx:
            if number % 4 == 0:
                await tx.execute(sa.text("select 1 / 0"))
            if number % 4 == 1:
                await driver_of(tx).execute("select pg_terminate_backend(pg_backend_pid())")
            if number % 4 == 2:
                await tx.execute(sa.text("select pg_sleep(60)"))
            raise LookupError

    trying = [asyncio.create_task(fail(number)) for number in range(5 * ROOM)]
    done, waiting = await asyncio.wait(trying, timeout=0.5)
    while waiting:
        for task in waiting:
            task.cancel()
        done, waiting = await asyncio.wait(trying, timeout=0.5)

    assert all(task.cancelled() or task.exception() for task in done)
    assert len(await asyncio.gather(*(backend(database, 0.01) for _ in range(5 * ROOM)))) == 5 * ROOM


async def test_whoever_waits_too_long_for_a_connection_meets_a_fault_and_takes_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT", 0.05)
    holding = [asyncio.create_task(backend(database, 0.3)) for _ in range(ROOM)]
    await asyncio.sleep(0.1)

    with pytest.raises(TimeoutError) as raised:
        await backend(database)

    assert is_fault(raised.value)
    await asyncio.gather(*holding)
    assert len(await asyncio.gather(*(backend(database, 0.01) for _ in range(ROOM)))) == ROOM


async def test_what_sqlalchemy_began_does_not_reach_into_the_next_transaction(database: Database) -> None:
    async with database.network_transaction() as tx:
        await tx.execute(BACKEND)
        began = tx.in_transaction()

    async with database.network_transaction() as tx:
        goes_on = tx.in_transaction()

    assert (began, goes_on) == (True, False)
