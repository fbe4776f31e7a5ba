"""A database that is lost in the midst of requests: each is done once or told to try again, and never anything else."""

import asyncio
import random

import pytest

from tests.faults.conftest import NetworkOf
from tests.faults.load import Load
from tests.faults.network import MAIN


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_requests_that_lose_their_database_are_made_again_and_done_once(network_of: NetworkOf) -> None:
    network = await network_of()
    network.member("referrals", MAIN).start()
    load = Load(network, 100_000)
    await load.prepare()

    async with asyncio.TaskGroup() as group:
        group.create_task(load.flow())
        for _ in range(12):
            await asyncio.sleep(random.uniform(0.3, 1.0))
            await network.kill_postgres()
        load.enough()

    made = await network.ask("referrals", "select count(*) from referrals")
    assert made[0][0] == len(load.ledger)
