"""The relay and the consumer as one would write them by hand, for where they run one behind the other.

``python -m tests.bench.bare_loops`` runs the consumer.
"""

import asyncio
import contextlib
import json
import os
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

POLL = 0.1
"""Seconds between looks when nobody notifies."""
TABLES = """
create table bare_inbox (event_id uuid primary key);
create table bare_referrals (
    referral_id uuid primary key, referring_organisation_id uuid, programme_organisation_id uuid, programme_id uuid,
    received_on date
)
"""
CLAIM = "insert into bare_inbox select unnest($1::uuid[]) on conflict do nothing returning event_id"
PROJECT = """
insert into bare_referrals select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[])
on conflict do nothing
"""


async def relay(url: str, bootstrap: str, topic: str) -> None:
    """Select, send, delete, until cancelled; woken by NOTIFY."""
    connection, wake = await asyncpg.connect(url), asyncio.Event()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await connection.add_listener("kith_outbox", lambda *_: wake.set())
        while True:
            wake.clear()
            rows = await connection.fetch("select * from outbox order by id limit 2000")
            if rows:
                sent = [await producer.send(topic, **_record(row)) for row in rows]
                await asyncio.gather(*sent)
                await connection.execute("delete from outbox where id = any($1)", [row["id"] for row in rows])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL)
    finally:
        await producer.stop()
        await connection.close()


def _record(row: Any) -> dict[str, Any]:
    return {
        "key": row["subject"].split("/")[1].encode(),
        "value": row["payload"],
        "headers": [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(row["event_id"]).encode()),
            ("ce_type", row["type"].encode()),
            ("ce_source", b"/kith/referrals"),
            ("ce_subject", row["subject"].encode()),
            ("ce_time", row["occurred_at"].isoformat().encode()),
            ("ce_dataschema", b"urn:kith:fact:referral-created:v1"),
            ("content-type", b"application/json"),
        ],
    }


async def consume(url: str, bootstrap: str, topic: str) -> None:
    """``getmany``, claim, insert, commit, then the offsets; until killed."""
    connection = await asyncpg.connect(url)
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id="bare",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=1000, max_records=2000)
        records = [one for batch in batches.values() for one in batch]
        if records:
            async with connection.transaction():
                await _project(connection, records)
            await consumer.commit({TopicPartition(r.topic, r.partition): r.offset + 1 for r in records})


async def _project(connection: Any, records: list[Any]) -> None:
    bodies = {UUID(dict(one.headers)["ce_id"].decode()): json.loads(one.value) for one in records}
    new = await connection.fetch(CLAIM, list(bodies))
    rows = [
        (
            *(UUID(body[name]) for name in ("referral_id", "referring_organisation_id")),
            *(UUID(body[name]) for name in ("programme_organisation_id", "programme_id")),
            date.fromisoformat(body["received_on"]),
        )
        for body in (bodies[row["event_id"]] for row in new)
    ]
    await connection.execute(PROJECT, *map(list, zip(*rows, strict=True)))


if __name__ == "__main__":
    uvloop.run(consume(os.environ["BARE_DATABASE_URL"], os.environ["BARE_KAFKA"], os.environ["BARE_TOPIC"]))
