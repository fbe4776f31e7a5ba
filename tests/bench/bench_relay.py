"""Relay: facts a second from the outbox to Kafka, against the loop that one would write by hand."""

import asyncio
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from kith_chassis.health import Heartbeat
from kith_chassis.relay import Relay
from kith_chassis.settings import ServiceSettings
from kith_contracts import wire
from kith_contracts.registry import CONTRACTS
from tests.bench.facts import NOW, stream
from tests.bench.measure import Figure, compare
from tests.bench.stage import Stage

FACTS = 40_000


async def bench(stage: Stage) -> Figure:
    """The first row of the table."""
    address = await stage.database("chassis")
    settings = stage.settings(address)
    connection = await asyncpg.connect(address.admin_url)
    rows = _rows()

    async def ours() -> float:
        await _fill(connection, rows)
        return await _relay(settings, connection)

    async def by_hand() -> float:
        await _fill(connection, rows)
        return await _by_hand(address.admin_url, settings.kafka_bootstrap)

    try:
        return await compare("relay, facts/s", ours, by_hand, goal=0.8)
    finally:
        await connection.close()


def _rows() -> list[tuple[Any, ...]]:
    from kith_chassis.clock import new_id

    return [
        (new_id(), CONTRACTS[type(fact)].type, str(fact.story), NOW, None, None, wire.value(fact))
        for fact in stream(FACTS)
    ]


async def _fill(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    columns = ["event_id", "type", "subject", "occurred_at", "traceparent", "tracestate", "payload"]
    await connection.execute("truncate outbox")
    await connection.copy_records_to_table("outbox", records=rows, columns=columns)
    await connection.execute("analyze outbox")


async def _relay(settings: ServiceSettings, connection: Any) -> float:
    stop = asyncio.Event()
    begun = time.perf_counter()
    task = asyncio.create_task(Relay(settings, Heartbeat("relay")).run(stop))
    while await connection.fetchval("select exists (select from outbox)"):
        await asyncio.sleep(0.01)
    taken = time.perf_counter() - begun
    stop.set()
    await task
    return FACTS / taken


async def _by_hand(url: str, bootstrap: str) -> float:
    begun = time.perf_counter()
    connection = await asyncpg.connect(url)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=1, max_batch_size=256 * 1024
    )
    await producer.start()
    while rows := await connection.fetch("select * from outbox order by id limit 2000"):
        sent = []
        for row in rows:
            name, version = row["type"].removeprefix("kith.").rsplit(".v", 1)
            headers = [
                ("ce_specversion", b"1.0"),
                ("ce_id", str(row["event_id"]).encode()),
                ("ce_type", row["type"].encode()),
                ("ce_source", b"/kith/referrals"),
                ("ce_subject", row["subject"].encode()),
                ("ce_time", row["occurred_at"].isoformat().encode()),
                ("ce_dataschema", f"urn:kith:fact:{name}:v{version}".encode()),
                ("content-type", b"application/json"),
            ]
            topic = "kith.matching.v1" if name in {"match-made", "session-logged"} else "kith.referrals.v1"
            key = row["subject"].split("/")[1].encode()
            sent.append(await producer.send(topic, row["payload"], key=key, headers=headers))
        await asyncio.gather(*sent)
        await connection.execute("delete from outbox where id = any($1)", [row["id"] for row in rows])
    taken = time.perf_counter() - begun
    await producer.stop()
    await connection.close()
    return FACTS / taken
