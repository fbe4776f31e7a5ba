"""Processes that stand still and then go on as if nothing had happened, and facts that come again: nothing changes."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from tests.faults.accounts import check, drained, eventually, read_raw
from tests.faults.conftest import NetworkOf
from tests.faults.load import Load
from tests.faults.network import API, INBOX, MAIN, RELAY, TIMERS, Network
from tests.servers.issuer import SERVICES


async def repeat_everything(network: Network) -> None:
    """Send every record of every topic once more, the newest first."""
    newest_first = sorted(await read_raw(network), key=lambda record: -record.timestamp)
    async with AIOKafkaProducer(bootstrap_servers=network.kafka.bootstrap, acks="all") as producer:
        for record in newest_first:
            await producer.send_and_wait(record.topic, record.value, record.key, headers=list(record.headers))


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_facts_sent_again_by_hand_change_nothing(network_of: NetworkOf) -> None:
    network = await network_of()
    members = [network.member(service, f"{MAIN},{RELAY}") for service in SERVICES]
    for member in members:
        member.start()
    load = Load(network, 60)
    await load.prepare()
    await load.flow()
    await drained(network)

    await repeat_everything(network)
    await eventually(network.no_lag, 60, "facts wait in the log")

    await check(network, load, await drained(network))


@pytest.mark.real_kafka
@pytest.mark.slow
async def test_a_process_that_stood_still_finds_its_work_done_by_another(network_of: NetworkOf) -> None:
    network = await network_of()
    others = [network.member(service, f"{API},{TIMERS}") for service in SERVICES]
    still = [network.member(service, f"{INBOX},{RELAY}") for service in SERVICES]
    for member in (*others, *still):
        member.start()
    load = Load(network, 200)
    await load.prepare()
    await eventually(network.relays_are_active, 60, "a relay is not active")
    standing_by = [network.member(service, f"{INBOX},{RELAY}", replica=1) for service in SERVICES]
    for member in standing_by:
        member.start()

    async with asyncio.TaskGroup() as group:
        group.create_task(load.flow(until=100))
        while load.done < 25:
            await asyncio.sleep(0.01)
        for member in still:
            member.freeze()
    await drained(network)
    for member in still:
        member.thaw()
    await load.flow()

    await check(network, load, await drained(network))
