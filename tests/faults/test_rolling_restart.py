"""A new release goes out while people work: every process is asked to end, one after another, and no request fails."""

import asyncio

import pytest

from tests.faults.accounts import check, drained
from tests.faults.balancer import Balancer
from tests.faults.conftest import NetworkOf
from tests.faults.load import Load
from tests.faults.network import MAIN, RELAY
from tests.servers.issuer import SERVICES
from tests.servers.lengths import IN_CI


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_a_rolling_restart_under_load_fails_no_request(network_of: NetworkOf) -> None:
    network = await network_of()
    everything = f"{MAIN},{RELAY}"
    asked = [network.member("referrals", everything, replica=replica, KITH_DRAIN_SECONDS="2") for replica in (0, 1)]
    members = [*asked, *(network.member(service, everything) for service in SERVICES if service != "referrals")]
    for member in members:
        member.start()
    async with Balancer("referrals", members).asking() as balancer:
        for member in members:
            await balancer.wait_until_ready(member)
        load = Load(network, 100_000, patience=0, transport=balancer)
        await load.prepare()
        flowing = asyncio.create_task(load.flow(pause=0.0 if IN_CI else 0.5))

        for member in members:
            await member.stop()
            member.start()
            await balancer.wait_until_ready(member)
        load.enough()
        await flowing

    await check(network, load, await drained(network))
