"""Whatever is killed, and whenever: every accepted referral has its effects once, in order; every concern is told."""

import asyncio
import os
import random
import time
from collections import Counter

import pytest

from tests.faults.accounts import check, drained
from tests.faults.conftest import NetworkOf
from tests.faults.load import Load
from tests.faults.network import MAIN, RELAY, Network
from tests.servers.issuer import SERVICES
from tests.servers.lengths import IN_CI

KILLS = int(os.environ.get("KITH_FAULTS_KILLS", "33" if IN_CI else "11"))
REFERRALS = int(os.environ.get("KITH_FAULTS_REFERRALS", "20000" if IN_CI else "500"))
"""At full length in continuous integration and in ``make faults``; shorter where somebody waits for it."""
SEED = int(os.environ.get("KITH_FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)


async def strike(network: Network, load: Load, kills: int, chance: random.Random) -> Counter[str]:
    """Kill whatever chance names, spread over the time in which referrals flow; each target once before any twice."""
    targets = network.targets()
    order: list[str] = []
    while len(order) < kills:
        order.extend(chance.sample(sorted(targets), len(targets)))
    busy: dict[str, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as group:
        for number, name in enumerate(order[:kills], start=1):
            while load.done * (kills + 1) < number * load.total:
                await asyncio.sleep(0.01)
            if name in busy:
                await busy[name]
            await asyncio.sleep(chance.random() * 0.3)
            busy[name] = group.create_task(targets[name]())
    return Counter(order[:kills])


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_every_referral_has_its_effects_once_and_every_concern_is_told_whatever_is_killed(
    network_of: NetworkOf,
) -> None:
    network = await network_of()
    for service in SERVICES:
        for parts in (MAIN, RELAY):
            network.member(service, parts).start()
    load = Load(network, REFERRALS, worried=True)
    await load.prepare()
    begun = time.monotonic()

    async with asyncio.TaskGroup() as group:
        group.create_task(load.flow())
        striking = group.create_task(strike(network, load, KILLS, random.Random(SEED)))
    flowed = time.monotonic()
    log = await drained(network)

    figures = await check(network, load, log)
    figures |= {"seconds of flow": round(flowed - begun), "seconds to drain": round(time.monotonic() - flowed)}
    print(f"\nseed {SEED}; killed {dict(striking.result())}; {figures}")
    network.check_members()
