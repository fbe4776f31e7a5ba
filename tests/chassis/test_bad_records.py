"""Bad records amid good ones, on every topic there is: each is set aside with its code, and nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.dead_letters import Redrive
from kith_chassis.health import Heartbeat
from kith_chassis.inbox import Inbox
from kith_chassis.settings import ServiceSettings
from kith_contracts import matching, notifications, referrals
from kith_contracts.fact import Fact
from kith_contracts.registry import TOPICS
from tests.chassis.log import NOW, ORGANISATION, PROGRAMME, TooMany, a_contact, effects, keep, letters, on_the_wire
from tests.conftest import AddressOf, DatabaseOf, SettingsOf
from tests.servers.kafka import Broker
from tests.servers.postgres import Address

pytestmark = pytest.mark.real_kafka


def a_closing(key: UUID) -> Fact:
    return referrals.ReferralClosed(
        referral_id=key,
        programme_id=PROGRAMME,
        programme_organisation_id=ORGANISATION,
        referring_organisation_id=ORGANISATION,
        reason="withdrawn",
    )


def a_delivery(key: UUID) -> Fact:
    return notifications.MessageDelivered(
        message_id=new_id(),
        story_kind="referral",
        story_id=key,
        reason="match-made",
        recipient="person",
        channel="email",
        tries=1,
    )


GOOD: dict[str, Callable[[UUID], Fact]] = {
    referrals.TOPIC: a_closing,
    matching.TOPIC: a_contact,
    notifications.TOPIC: a_delivery,
}


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
async def an_ear(settings: ServiceSettings, database: Database, topic: str) -> AsyncIterator[Inbox]:
    inbox = Inbox(
        settings,
        database,
        Heartbeat("inbox"),
        name=new_id().hex,
        topics=[topic],
        on_facts=keep,
        refusals=(TooMany,),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(stop))
    try:
        yield inbox
    finally:
        stop.set()
        await task


async def until_handled(database: Database, count: int) -> None:
    async with asyncio.timeout(30):
        while len(await effects(database)) < count:
            await asyncio.sleep(0.02)


def test_every_topic_has_a_good_fact_here() -> None:
    assert set(GOOD) == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
async def test_bad_records_are_set_aside_with_their_codes_and_good_ones_go_on(
    topic: str, settings: ServiceSettings, database: Database
) -> None:
    key, value, headers = on_the_wire(GOOD[topic](new_id()))
    newer = [(name, text[:-1] + b"9" if name == "ce_type" else text) for name, text in headers]
    bad = {
        "header-missing": (b"k1", b"\x00\xff\x17", []),
        "header-not-utf8": (b"k2", value, [("ce_id", b"\xff\xfe")]),
        "unknown-version": (key, value, newer),
        "schema-violation": (key, b'{"referral_id": 7}', headers),
        "not-json": (b"k3", b"x" * 900_000, headers),
        "key-mismatch": (b"k4", value, headers),
    }
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, max_request_size=3_000_000)
    await producer.start()
    try:
        for record_key, body, about in bad.values():
            await producer.send_and_wait(topic, body, record_key, headers=about)
            for _ in range(10):
                good_key, good, good_headers = on_the_wire(GOOD[topic](new_id()))
                await producer.send(topic, good, good_key, headers=good_headers)
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topic, b"x" * 2_000_000, b"k5")
    finally:
        await producer.stop()

    async with an_ear(settings, database, topic):
        await until_handled(database, 60)

    kept = await letters(database)
    assert sorted(letter.code for letter in kept) == sorted(bad)


async def test_a_record_whose_reader_was_mended_is_redriven(settings: ServiceSettings, database: Database) -> None:
    key = new_id()
    record_key, value, headers = on_the_wire(a_contact(key, 1))
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()
    later_key, later, later_headers = on_the_wire(a_contact(key, 2))
    try:
        await producer.send_and_wait(matching.TOPIC, b'{"people": "many"}', record_key, headers=headers)
        await producer.send_and_wait(matching.TOPIC, later, later_key, headers=later_headers)
        for _ in range(20):
            good_key, good, good_headers = on_the_wire(a_contact())
            await producer.send(matching.TOPIC, good, good_key, headers=good_headers)
    finally:
        await producer.stop()
    async with an_ear(settings, database, matching.TOPIC):
        await until_handled(database, 20)
    broken, behind = await letters(database)

    # The value in the database is mended here in place of the reader: what matters is that the cause is gone.
    async with database.network_transaction() as tx:
        connection = (await tx.get_raw_connection()).driver_connection
        assert connection is not None
        await connection.execute("update dead_letters set value = $1 where id = $2", value, broken.id)
    answer = await Redrive(database, keep, ()).redrive(broken.id, by="an operator", now=NOW)

    assert (broken.code, behind.state, answer["handled"]) == ("schema-violation", "waiting", 2)
    assert [number for handled, number in await effects(database) if handled == str(key)] == [1, 2]


class NotUtf8(str):
    """Text that no producer of ours would send."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """Answer bytes that are not UTF-8."""
        return b"\xff\xfe"


async def test_a_header_whose_name_is_not_utf8_does_not_stop_the_others(
    settings: ServiceSettings, database: Database
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()
    try:
        key, value, headers = on_the_wire(a_contact())
        by_hand = producer.create_batch()
        by_hand._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 16_384)
        by_hand.append(timestamp=None, key=key, value=value, headers=[*headers, (NotUtf8("x"), b"y")])
        await (await producer.send_batch(by_hand, matching.TOPIC, partition=0))
        for partition in (0, 0, 0, 1, 2):
            key, value, headers = on_the_wire(a_contact())
            await producer.send_and_wait(matching.TOPIC, value, key, partition=partition, headers=headers)
    finally:
        await producer.stop()

    async with an_ear(settings, database, matching.TOPIC):
        await until_handled(database, 5)

    (letter,) = await letters(database)
    assert letter.code == "header-not-utf8"
