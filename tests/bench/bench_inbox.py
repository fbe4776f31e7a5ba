"""Inbox: facts a second from Kafka into a projection, against a loop by hand, and against FastStream as documented."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from pydantic import BaseModel
from sqlalchemy import Text, Uuid
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.health import Heartbeat
from kith_chassis.inbox import Inbox
from kith_reporting.incoming import on_facts
from tests.bench.facts import record, stream
from tests.bench.measure import Figure, compare
from tests.bench.stage import Stage
from tests.servers.postgres import Address

FACTS = 60_000
FEW = 1_000
"""For the plain subscriber, which would take ten minutes for as many as the others get."""


class Watch:
    """Times from the first fact handled until all are."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._count = count
        self._begun = 0.0
        self.done = asyncio.Event()
        self.rate = 0.0

    def begin(self) -> None:
        """A batch has come."""
        self._begun = self._begun or time.perf_counter()

    def end(self, handled: int) -> None:
        """So many are committed."""
        self._left -= handled
        if self._left <= 0:
            self.rate = self._count / (time.perf_counter() - self._begun)
            self.done.set()


async def _publish(stage: Stage, topic: str, count: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stage.bootstrap, acks="all", linger_ms=20)
    await producer.start()
    for fact in stream(count):
        _, _, key, value, headers = record(fact)
        await producer.send(topic, value, key=key, headers=headers)
    await producer.flush()
    await producer.stop()


class Watched(Inbox):
    """An inbox that says when it begins and how much it has done."""

    watch: Watch

    async def handle(self, records: Any) -> None:
        """A batch has come."""
        self.watch.begin()
        await super().handle(records)

    async def _commit_offsets(self, records: Sequence[Any]) -> None:
        await super()._commit_offsets(records)
        self.watch.end(len(records))


async def _ours(stage: Stage, topic: str, count: int) -> float:
    address = await stage.database("reporting")
    settings = stage.settings(address)
    database = Database.of(settings)
    inbox = Watched(
        settings,
        database,
        Heartbeat("inbox"),
        name=f"bench-{new_id().hex}",
        topics=[topic],
        on_facts=on_facts,
        refusals=(),
    )
    watch = inbox.watch = Watch(count)
    async with _running(inbox):
        await watch.done.wait()
    await database.close()
    return watch.rate


@asynccontextmanager
async def _running(inbox: Inbox) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


BARE_TABLES = """
create table bare_inbox (event_id uuid primary key);
create table bare_facts (event_id uuid, type text, story uuid, organisation_id uuid, programme_id uuid, said date)
"""


async def _by_hand(stage: Stage, address: Address, topic: str, count: int) -> float:
    """``getmany``, an inbox with ``unnest``, ``COPY`` into a projection, one transaction a batch, then the offsets."""
    connection, watch = await asyncpg.connect(address.admin_url), Watch(count)
    await connection.execute("drop table if exists bare_inbox; drop table if exists bare_facts;" + BARE_TABLES)
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=stage.bootstrap,
        group_id=f"bare-{new_id().hex}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    while not watch.done.is_set():
        batches = await consumer.getmany(timeout_ms=10, max_records=2000)
        records = [one for batch in batches.values() for one in batch]
        if not records:
            continue
        watch.begin()
        async with connection.transaction():
            await _project(connection, records)
        await consumer.commit({TopicPartition(r.topic, r.partition): r.offset + 1 for r in records})
        watch.end(len(records))
    await consumer.stop()
    await connection.close()
    return watch.rate


async def _project(connection: Any, records: list[Any]) -> None:
    rows = []
    for one in records:
        headers = dict(one.headers)
        body = json.loads(one.value)
        said = body.get("received_on") or body.get("held_on") or body.get("review_on")
        rows.append(
            (
                UUID(headers["ce_id"].decode()),
                headers["ce_type"].decode(),
                UUID(body["referral_id"]),
                UUID(body.get("programme_organisation_id") or body["organisation_id"]),
                UUID(body["programme_id"]),
                date.fromisoformat(said) if said else None,
            )
        )
    new = await connection.fetch(
        "insert into bare_inbox select unnest($1::uuid[]) on conflict do nothing returning event_id",
        [row[0] for row in rows],
    )
    if len(new) < len(rows):
        fresh = {row["event_id"] for row in new}
        rows = [row for row in rows if row[0] in fresh]
    await connection.copy_records_to_table("bare_facts", records=rows)


async def bench(stage: Stage) -> Figure:
    """The second row of the table."""
    (topic,) = await stage.topics()
    await _publish(stage, topic, FACTS)
    address = await stage.database("chassis")
    return await compare(
        "inbox into a projection, facts/s",
        lambda: _ours(stage, topic, FACTS),
        lambda: _by_hand(stage, address, topic, FACTS),
        goal=0.8,
    )


class Base(DeclarativeBase):
    """Of the plain subscriber's one table."""


class PlainFact(Base):
    """A row for every fact."""

    __tablename__ = "plain_facts"
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    programme_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    outcome: Mapped[str | None] = mapped_column(Text)


class Body(BaseModel):
    """What the plain subscriber reads of a fact."""

    referral_id: UUID
    programme_id: UUID
    outcome: str | None = None


async def _plain(stage: Stage, address: Address, topic: str, count: int) -> float:
    """What FastStream's documentation leads to: one message, one session, one commit, and then its acknowledgement.

    Without an ``ack_policy`` it acknowledges first, which is thirteen times as fast (1,950 messages a second against
    150) and loses what was in hand when it crashes. Of the policies that acknowledge afterwards, this is the one that
    does not do so after an error too.
    """
    engine = create_async_engine(address.admin_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    sessions, watch = async_sessionmaker(engine), Watch(count)
    broker = KafkaBroker(stage.bootstrap, logger=None)

    @broker.subscriber(
        topic, group_id=f"plain-{new_id().hex}", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )
    async def on_fact(body: Body) -> None:
        watch.begin()
        async with sessions() as session:
            session.add(PlainFact(**body.model_dump()))
            await session.commit()
        watch.end(1)

    await broker.start()
    await watch.done.wait()
    await broker.stop()
    await engine.dispose()
    return watch.rate


async def bench_plain(stage: Stage) -> Figure:
    """The third row of the table."""
    many, few = await stage.topics(2)
    await _publish(stage, many, FACTS)
    await _publish(stage, few, FEW)
    address = await stage.database("chassis")
    return await compare(
        "the same, against FastStream one by one, facts/s",
        lambda: _ours(stage, many, FACTS),
        lambda: _plain(stage, address, few, FEW),
        goal=100.0,
        rounds=3,
    )
