"""The inbox on a real log: what comes is handled once, whatever dies, and what is bad keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.health import Heartbeat
from kith_chassis.inbox import Inbox
from kith_chassis.received import OnFacts, Received
from kith_chassis.settings import ServiceSettings
from tests.chassis.log import TooMany, a_contact, effects, keep, letters, on_the_wire, publish, refusing
from tests.conftest import AddressOf, DatabaseOf, NewTopics, SettingsOf
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
def settings(settings_of: SettingsOf, address: Address, broker: Broker) -> ServiceSettings:
    return settings_of(address, broker)


@pytest.fixture
async def topic(new_topics: NewTopics) -> str:
    (name,) = await new_topics(1, partitions=3)
    return name


@asynccontextmanager
async def an_inbox(
    settings: ServiceSettings, database: Database, topic: str, on_facts: OnFacts = keep
) -> AsyncIterator[Inbox]:
    """The topic's name is the group's too, so no two tests meet in one."""
    inbox = Inbox(
        settings,
        database,
        Heartbeat("inbox"),
        name=topic,
        topics=[topic],
        on_facts=on_facts,
        refusals=(TooMany,),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(stop))
    try:
        yield inbox
    finally:
        stop.set()
        await task


async def handled(database: Database, count: int, seconds: float = 20) -> list[tuple[str, int]]:
    async with asyncio.timeout(seconds):
        while len(done := await effects(database)) < count:
            await asyncio.sleep(0.02)
    return done


async def until_no_lag(inbox: Inbox) -> None:
    async with asyncio.timeout(20):
        while not inbox.assigned or any(row["lag"] for row in await inbox.lag()):
            await asyncio.sleep(0.05)


async def test_facts_published_before_and_after_the_start_are_all_handled(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    await publish(settings.kafka_bootstrap, topic, *(a_contact() for _ in range(500)))

    async with an_inbox(settings, database, topic) as inbox:
        await handled(database, 500)
        await publish(settings.kafka_bootstrap, topic, *(a_contact() for _ in range(500)))
        await handled(database, 1000)
        await until_no_lag(inbox)

    assert len({key for key, _ in await effects(database)}) == 1000


async def test_an_inbox_that_starts_again_goes_on_where_it_was(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    for start in (0, 100):
        await publish(settings.kafka_bootstrap, topic, *(a_contact() for _ in range(100)))
        async with an_inbox(settings, database, topic) as inbox:
            await handled(database, start + 100)
            await until_no_lag(inbox)

    assert len(await effects(database)) == 200


BAD = {
    "garbage bytes": (b"\x00\xff", []),
    "a header that is not UTF-8": (b"{}", [("ce_id", b"\xff\xfe")]),
    "no headers": (b"{}", []),
    "a value of 900 kB": (b"x" * 900_000, []),
}


async def test_bad_records_among_good_ones_are_set_aside_with_their_codes_and_delay_nobody(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, max_request_size=3_000_000)
    await producer.start()
    _, value, headers = on_the_wire(a_contact())
    unknown = [(name, b"kith.contact-logged.v9" if name == "ce_type" else text) for name, text in headers]
    bad = [*BAD.values(), (value, unknown), (b'{"people": "many"}', headers)]
    try:
        for number, (body, about) in enumerate(bad):
            await producer.send_and_wait(topic, body, b"bad-%d" % number, headers=about)
            for _ in range(20):
                good_key, good, good_headers = on_the_wire(a_contact())
                await producer.send(topic, good, good_key, headers=good_headers)
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topic, b"x" * 2_000_000)
    finally:
        await producer.stop()

    async with an_inbox(settings, database, topic) as inbox:
        await handled(database, 120)
        await until_no_lag(inbox)

    codes = sorted(letter.code for letter in await letters(database))
    assert codes == sorted(
        ["header-missing", "header-not-utf8", "header-missing", "header-missing", "unknown-version", "schema-violation"]
    )


async def test_a_refused_fact_is_set_aside_and_what_follows_it_waits(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    key = new_id()
    others = [a_contact(number=1) for _ in range(30)]
    await publish(settings.kafka_bootstrap, topic, *others[:15], a_contact(key, 99), a_contact(key, 2), *others[15:])

    async with an_inbox(settings, database, topic, refusing({99})) as inbox:
        await handled(database, 30)
        await until_no_lag(inbox)

    assert [(letter.code, letter.state) for letter in await letters(database)] == [
        ("too-many", "set-aside"),
        ("waits-for-earlier", "waiting"),
    ]


async def test_a_handler_with_a_bug_is_tried_five_times_and_then_the_fact_is_set_aside(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    tried = 0

    async def buggy(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        nonlocal tried
        if any(fact.body.model_dump()["people"] == 13 for fact in facts):
            tried += len(facts) == 1
            raise ZeroDivisionError
        await keep(tx, facts)

    await publish(settings.kafka_bootstrap, topic, *(a_contact(number=n) for n in range(1, 31)))
    async with an_inbox(settings, database, topic, buggy) as inbox:
        await handled(database, 29)
        await until_no_lag(inbox)

    (letter,) = await letters(database)
    assert (letter.code, letter.attempts, tried) == ("unexpected", 5, 5)
    assert "ZeroDivisionError" in letter.message


async def test_a_fault_is_retried_until_it_passes_and_nothing_is_set_aside(
    settings: ServiceSettings, database: Database, topic: str
) -> None:
    failures = 3

    async def after_a_while(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise ConnectionResetError
        await keep(tx, facts)

    await publish(settings.kafka_bootstrap, topic, *(a_contact() for _ in range(50)))
    async with an_inbox(settings, database, topic, after_a_while) as inbox:
        await handled(database, 50)
        await until_no_lag(inbox)

    assert await letters(database) == []


async def test_the_line_stops_and_resumes(settings: ServiceSettings, database: Database, topic: str) -> None:
    broken = {1}
    await publish(settings.kafka_bootstrap, topic, *(a_contact(number=1) for _ in range(200)))

    async with an_inbox(settings, database, topic, refusing(broken)) as inbox:
        async with asyncio.timeout(20):
            while not inbox.line.stopped:
                await asyncio.sleep(0.05)
        assert await inbox.readiness() is not None
        assert all(row["committed"] == 0 for row in await inbox.lag())
        set_aside = len(await letters(database))
        broken.clear()
        inbox.line.resume()
        done = await handled(database, 200 - set_aside)
        await until_no_lag(inbox)
        assert await inbox.readiness() is None

    assert set_aside < 100
    assert len(done) + set_aside == 200


async def test_two_inboxes_share_the_partitions_and_handle_each_fact_once(
    settings_of: SettingsOf, address: Address, broker: Broker, database: Database, topic: str
) -> None:
    one, two = (settings_of(address, broker, replica=replica) for replica in (0, 1))
    async with an_inbox(one, database, topic), an_inbox(two, database, topic):
        for _ in range(5):
            await publish(one.kafka_bootstrap, topic, *(a_contact() for _ in range(100)))
            await asyncio.sleep(0.2)
        done = await handled(database, 500)

    assert len({key for key, _ in done}) == len(done) == 500
