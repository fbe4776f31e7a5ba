"""A process says that it is ready only when all its parts have begun, and hear the log."""

import asyncio

import pytest

from kith_chassis import process
from kith_chassis.health import Health
from kith_chassis.running import Running
from tests.conftest import AddressOf, DatabaseOf, ServiceOf, SettingsOf


async def test_a_process_whose_parts_have_not_begun_is_starting() -> None:
    health = Health()

    assert await health.ready() == {"process": "starting"}


async def test_a_process_that_leaves_says_that_it_is_stopping() -> None:
    health = Health()
    health.starting, health.draining = False, True

    assert await health.ready() == {"process": "stopping"}


async def test_at_no_moment_of_its_start_is_a_service_ready_that_cannot_hear_the_log(
    address_of: AddressOf, database_of: DatabaseOf, service_of: ServiceOf, settings_of: SettingsOf
) -> None:
    address = await address_of("reporting")
    database = await database_of(address)
    service = await service_of("reporting", database)
    running = Running(
        name=service.name,
        replica=0,
        parts=frozenset({"inbox"}),
        database=database,
        on_facts=service.on_facts or pytest.fail("reporting hears facts"),
        refusals=(),
    )
    stop = asyncio.Event()

    work = asyncio.create_task(process._work(service, settings_of(address), running, stop))
    seen: list[dict[str, str]] = []
    while len(seen) < 20 or "assignment" not in seen[-1]:
        seen.append(await running.health.ready())
        await asyncio.sleep(0)
    stop.set()
    await work

    assert all(seen)
    assert seen[-1]["assignment"] == "no partitions assigned yet"
