"""The outbox reaches Kafka: in order, all of it, through one active relay."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer

from kith_chassis import outbox, relay
from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.health import Heartbeat
from kith_chassis.relay import Relay
from kith_chassis.settings import ServiceSettings
from kith_contracts import wire
from kith_contracts.matching import TOPIC, ContactLogged, SessionLogged
from tests.chassis.log import NOW, ORGANISATION, PROGRAMME, a_contact
from tests.conftest import AddressOf, DatabaseOf, SettingsOf
from tests.servers.kafka import Broker
from tests.servers.postgres import Address

pytestmark = pytest.mark.real_kafka


@pytest.fixture
async def address(address_of: AddressOf) -> Address:
    return await address_of("chassis")


@pytest.fixture
async def database(database_of: DatabaseOf, address: Address) -> Database:
    return await database_of(address)


@pytest.fixture
def settings(settings_of: SettingsOf, address: Address, empty_topics: Broker) -> ServiceSettings:
    return settings_of(address, empty_topics)


@asynccontextmanager
async def a_relay(settings: ServiceSettings) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(Relay(settings, Heartbeat("relay")).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await task


async def tell(database: Database, *facts: ContactLogged) -> None:
    async with database.network_transaction() as tx:
        await outbox.record(tx, *facts, now=NOW)


async def heard(bootstrap: str, count: int) -> list[Any]:
    """The first ``count`` records of the topic; in each partition, in order."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


async def left(database: Database) -> int:
    async with database.network_transaction() as tx:
        return int((await tx.execute(sa.text("select count(*) from outbox"))).scalar_one())


async def until_empty(database: Database) -> None:
    async with asyncio.timeout(30):
        while await left(database):
            await asyncio.sleep(0.02)


async def test_a_recorded_fact_arrives_as_a_cloud_event_under_the_key_of_its_story(
    settings: ServiceSettings, database: Database
) -> None:
    fact = a_contact(number=7)
    await tell(database, fact)

    async with a_relay(settings):
        (record,) = await heard(settings.kafka_bootstrap, 1)

    envelope, body = wire.read(record.headers, record.value, record.key)
    assert body == fact
    assert record.key == str(fact.contact_id).encode()
    assert envelope.time == NOW
    assert json.loads(record.value)["people"] == 7


async def test_every_key_keeps_its_order(settings: ServiceSettings, database: Database) -> None:
    keys = [new_id() for _ in range(20)]
    for start in range(1, 101, 25):
        await tell(database, *(a_contact(key, number) for number in range(start, start + 25) for key in keys))

    async with a_relay(settings):
        records = await heard(settings.kafka_bootstrap, 2000)

    order = defaultdict(list)
    for record in records:
        order[record.key].append(json.loads(record.value)["people"])
    assert len(order) == 20
    assert all(numbers == list(range(1, 101)) for numbers in order.values())


async def test_what_was_sent_is_gone_from_the_outbox(settings: ServiceSettings, database: Database) -> None:
    await tell(database, *(a_contact() for _ in range(100)))

    async with a_relay(settings):
        await until_empty(database)

    assert await left(database) == 0


async def test_a_transaction_that_is_rolled_back_tells_nothing(database: Database) -> None:
    class Refused(Exception):  # noqa: N818
        pass

    with pytest.raises(Refused):
        async with database.network_transaction() as tx:
            await outbox.record(tx, a_contact(), now=NOW)
            raise Refused

    assert await left(database) == 0


async def test_a_second_relay_waits_and_takes_over_when_the_first_loses_its_connection(
    settings: ServiceSettings, database: Database, address: Address
) -> None:
    admin = await asyncpg.connect(address.admin_url)
    async with a_relay(settings), a_relay(settings):
        await tell(database, a_contact())
        await until_empty(database)
        ended = await admin.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kith-relay'"
            " and datname = $1 and pid in (select pid from pg_locks where locktype = 'advisory' and granted)",
            address.name,
        )
        await tell(database, a_contact())
        await until_empty(database)
    await admin.close()

    assert len(ended) == 1
    assert len(await heard(settings.kafka_bootstrap, 2)) == 2


async def test_a_silent_relay_loses_its_connection_to_the_one_that_waits(
    settings: ServiceSettings, database: Database, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SILENCE", 0.5)
    monkeypatch.setattr(relay, "BEAT", 0.2)
    silent = await asyncpg.connect(address.url)
    await silent.execute("select pg_advisory_lock($1)", relay.LOCK)
    await silent.execute("insert into relay_heartbeat values (true, pg_backend_pid(), clock_timestamp())")

    await tell(database, a_contact())
    async with a_relay(settings):
        await until_empty(database)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await silent.execute("select 1")


async def test_a_fact_above_64_kib_is_refused_where_it_is_recorded(database: Database) -> None:
    meeting = SessionLogged(
        session_id=new_id(),
        kind="group",
        programme_id=PROGRAMME,
        organisation_id=ORGANISATION,
        held_on=a_contact().held_on,
        outcome="happened",
        minutes=90,
        channel="in-person",
        attended_referral_ids=tuple(uuid4() for _ in range(1700)),
    )

    async with database.network_transaction() as tx:
        with pytest.raises(outbox.FactTooLarge) as refusal:
            await outbox.record(tx, meeting, now=NOW)

    assert refusal.value.code == "fact-too-large"
    assert await left(database) == 0
