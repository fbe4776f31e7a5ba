"""One batch, one transaction: claim the facts, keep aside what must be, hand over the rest, and count."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, dead_letters, telemetry
from kith_chassis.connections import driver_of
from kith_chassis.database import Database
from kith_chassis.dead_letters import Key, Letter
from kith_chassis.line import Line
from kith_chassis.received import OnFacts, Received, receive
from kith_contracts.wire import Unreadable

_COUNTED: Final = "on conflict (topic, partition) do update set facts = inbox_progress.facts + excluded.facts"
_CLAIM: Final = (
    "with claimed as (insert into inbox select unnest($1::uuid[]) on conflict do nothing returning event_id),"
    " counted as (insert into inbox_progress (topic, partition, facts)"
    "  select * from unnest($3::text[], $4::int[], $5::bigint[]) where (select count(*) from claimed) = $2"
    f"  {_COUNTED})"
    " select case when count(*) = $2 then null else coalesce(array_agg(event_id), '{}') end as claimed,"
    f" exists (select from dead_letters where {dead_letters.OPEN}) as any_held from claimed"
)
"""Claims, and counts what it claimed where that is all there is; in one round trip to the database."""
_COUNT: Final = (
    "insert into inbox_progress (topic, partition, facts)"
    f" select * from unnest($1::text[], $2::int[], $3::bigint[]) {_COUNTED}"
)

BREATH: Final = 100
"""Records read at a stretch."""
WAITS: Final = "An earlier record of the same key is set aside; redriving that one runs this one after it."

Readable = tuple[Any, Received]


@dataclass(slots=True)
class Batch:
    """Records as they came, the facts in them, and what could not be read, by its place in the log."""

    records: Sequence[Any]
    readable: list[Readable] = field(default_factory=list)
    unreadable: dict[tuple[str, int, int], Letter] = field(default_factory=dict)

    def extend(self, later: "Batch") -> None:
        """Add what came after it."""
        self.records = [*self.records, *later.records]
        self.readable += later.readable
        self.unreadable |= later.unreadable


class Settler:
    """Gives a batch of records to a service, each fact once: the claim, the effect and what follows commit together."""

    def __init__(self, database: Database, on_facts: OnFacts, line: Line, topics: Sequence[str]) -> None:
        self._database = database
        self._on_facts = on_facts
        self._line = line
        self._topics = tuple(topics)

    async def settle(self, batch: Batch, failed: tuple[str, str, int] | None = None) -> None:
        """One transaction: claim, set aside what is unreadable or held or ``failed``, hand over the rest, commit."""
        with telemetry.handling(self._topics, [fact.traceparent for _, fact in batch.readable]):
            async with self._database.network_transaction() as tx:
                new, any_held = await self._claim(tx, batch.readable)
                kept: list[Letter] = []
                if batch.unreadable or any_held or failed:
                    new, kept = await self._hold(tx, batch, new, failed)
                if new:
                    await self._on_facts(tx, [fact for _, fact in new])
                aside = sum(not letter.waiting for letter in kept)
                self._line.check(len(new), aside)
        self._line.note(len(new), aside)
        known = len(batch.readable) - len(new) - sum(letter.claimed for letter in kept)
        telemetry.count("kith.inbox.facts", len(new))
        telemetry.count("kith.inbox.duplicates", known)
        for letter in kept:
            if letter.waiting:
                telemetry.count("kith.dead_letters.held")
            else:
                telemetry.count("kith.dead_letters", code=letter.code)

    async def _claim(self, tx: AsyncConnection, readable: list[Readable]) -> tuple[list[Readable], bool]:
        """Those facts that nobody has claimed before, and whether any key at all is held back."""
        driver = driver_of(tx)
        ids = [fact.id for _, fact in readable]
        ((claimed, any_held),) = await driver.fetch(_CLAIM, ids, len(ids), *_places(readable))
        if claimed is None:
            return readable, any_held
        unclaimed = set(claimed)
        new = []
        for record, fact in readable:
            if fact.id in unclaimed:
                unclaimed.discard(fact.id)
                new.append((record, fact))
        await driver.execute(_COUNT, *_places(new))
        return new, any_held

    async def _hold(
        self, tx: AsyncConnection, batch: Batch, new: list[Readable], failed: tuple[str, str, int] | None
    ) -> tuple[list[Readable], list[Letter]]:
        """Keep aside what must be, in log order: the facts that may be handed over, and what was kept."""
        keyed: set[Key] = {(record.topic, record.key) for record in batch.records if record.key is not None}
        held = await dead_letters.held_keys(tx, keyed)
        facts = {_place(record): fact for record, fact in new}
        free: list[Readable] = []
        kept: list[Letter] = []
        for record in batch.records:
            fact, letter = facts.get(_place(record)), batch.unreadable.get(_place(record))
            if fact is not None:
                if (record.topic, record.key) in held:
                    letter = _letter(record, "waits-for-earlier", WAITS, waiting=True, claimed=True)
                elif failed:
                    letter = _letter(record, failed[0], failed[1], attempts=failed[2], claimed=True)
                else:
                    free.append((record, fact))
            if letter is not None:
                kept.append(letter)
                if record.key is not None:
                    held.add((record.topic, record.key))
        if kept:
            await dead_letters.set_aside(tx, kept, now=clock.now())
        return free, kept


async def read(records: Sequence[Any]) -> Batch:
    """Read a batch, letting others work in between: the batch before it is usually still in the database's hands."""
    batch = Batch(records)
    for number, record in enumerate(records):
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(0)
        try:
            batch.readable.append((record, receive(record.topic, record.headers, record.value, record.key)))
        except Unreadable as unreadable:
            batch.unreadable[_place(record)] = _letter(record, unreadable.code, str(unreadable))
    return batch


def _places(facts: Sequence[Readable]) -> tuple[list[str], list[int], list[int]]:
    """Topics and partitions, and how many of these facts came from each."""
    seen = Counter((record.topic, record.partition) for record, _ in facts)
    return [topic for topic, _ in seen], [partition for _, partition in seen], list(seen.values())


def _place(record: Any) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _letter(record: Any, code: str, message: str, **more: Any) -> Letter:
    return Letter(
        record.topic, record.partition, record.offset, record.key, record.headers, record.value, code, message, **more
    )
