"""Records for chassis tests: facts about contacts, which hold nobody, put on a log by hand; and what a handler did."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.received import Received
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.matching import ContactLogged
from kith_contracts.registry import CONTRACTS

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROGRAMME, ORGANISATION = uuid4(), uuid4()

_KEEP = sa.text(
    "insert into effects (event_id, key, number)"
    " select * from unnest(cast(:ids as uuid[]), cast(:keys as text[]), cast(:numbers as int[]))"
)


def a_contact(key: UUID | None = None, number: int = 1) -> ContactLogged:
    """A contact whose headcount serves as its number in the order of its key."""
    return ContactLogged(
        contact_id=key or new_id(),
        programme_id=PROGRAMME,
        organisation_id=ORGANISATION,
        held_on=date(2026, 11, 23),
        kind="outreach",
        people=number,
    )


@dataclass
class Record:
    """What aiokafka would hand over."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def on_the_wire(fact: Fact, fact_id: UUID | None = None) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of the fact."""
    contract = CONTRACTS[type(fact)]
    headers = wire.headers(
        contract, id=fact_id or new_id(), subject=str(fact.story), time=NOW, traceparent=None, tracestate=None
    )
    return str(fact.story.id).encode(), wire.value(fact), headers


@dataclass
class Log:
    """A partition of a log that lives in the test's hand."""

    topic: str = "test.log"
    records: list[Record] = field(default_factory=list)

    def fact(self, fact: ContactLogged, fact_id: UUID | None = None) -> Record:
        """Append a fact."""
        key, value, headers = on_the_wire(fact, fact_id)
        return self.raw(key, value, headers)

    def raw(self, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> Record:
        """Append whatever bytes."""
        self.records.append(Record(self.topic, 0, len(self.records), key, value, headers))
        return self.records[-1]


async def publish(bootstrap: str, topic: str, *facts: ContactLogged) -> None:
    """Put facts on a real log."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for fact in facts:
            key, value, headers = on_the_wire(fact)
            await producer.send(topic, value, key, headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


async def keep(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """A handler that notes every fact it was given."""
    people = [fact.body.people if isinstance(fact.body, ContactLogged) else 0 for fact in facts]
    await tx.execute(
        _KEEP, {"ids": [fact.id for fact in facts], "keys": [fact.key for fact in facts], "numbers": people}
    )


async def effects(database: Database) -> list[tuple[str, int]]:
    """Key and number of every fact handled, in the order in which that was done."""
    async with database.network_transaction() as tx:
        return [(row.key, row.number) for row in await tx.execute(sa.text("select * from effects order by id"))]


async def letters(database: Database) -> list[Any]:
    """Every dead letter, in order."""
    async with database.network_transaction() as tx:
        return list(await tx.execute(sa.text("select * from dead_letters order by seq")))


class TooMany(Exception):  # noqa: N818
    """What the handlers of these tests refuse with."""

    code = "too-many"


def refusing(numbers: set[int]) -> Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]:
    """A handler that refuses contacts of these headcounts for as long as they are in the set."""

    async def handle(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        for fact in facts:
            if isinstance(fact.body, ContactLogged) and fact.body.people in numbers:
                raise TooMany("More people than the room holds; book a larger one.")
        await keep(tx, facts)

    return handle
