"""One batch, one transaction: claim the facts, keep aside what must be, hand over the rest, and count."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, dead_letters, telemetry
from kith_chassis.database import Database
from kith_chassis.dead_letters import Key, Letter
from kith_chassis.line import Line
from kith_chassis.received import OnFacts, Received, receive
from kith_contracts.wire import Unreadable

_CLAIM: Final = sa.text(
    "with claimed as (insert into inbox select unnest(cast(:ids as uuid[])) on conflict do nothing returning event_id)"
    " select case when count(*) = :expected then null else coalesce(array_agg(event_id), '{}') end as claimed,"
    f" exists (select from dead_letters where {dead_letters.OPEN}) as any_held from claimed"
)
_PROGRESS: Final = sa.text(
    "insert into inbox_progress (topic, partition, facts)"
    " select * from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:facts as bigint[]))"
    " on conflict (topic, partition) do update set facts = inbox_progress.facts + excluded.facts"
)

Readable = tuple[Any, Received]


class Settler:
    """Gives a batch of records to a service, each fact once: the claim, the effect and what follows commit together."""

    def __init__(self, database: Database, on_facts: OnFacts, line: Line, topics: Sequence[str]) -> None:
        self._database = database
        self._on_facts = on_facts
        self._line = line
        self._topics = tuple(topics)

    async def settle(self, records: Sequence[Any], failed: tuple[str, str, int] | None = None) -> None:
        """One transaction: claim, set aside what is unreadable or held or ``failed``, hand over the rest, commit."""
        readable: list[Readable] = []
        letters: list[Letter] = []
        for record in records:
            try:
                readable.append((record, receive(record.topic, record.headers, record.value, record.key)))
            except Unreadable as unreadable:
                letters.append(_letter(record, unreadable.code, str(unreadable)))
        with telemetry.handling(self._topics, [fact.traceparent for _, fact in readable]):
            async with self._database.network_transaction() as tx:
                new, any_held = await self._claim(tx, readable)
                if letters or any_held or failed:
                    new = await self._hold(tx, records, new, letters, failed)
                if new:
                    await self._on_facts(tx, [fact for _, fact in new])
                aside = sum(not letter.waiting for letter in letters)
                self._line.check(len(new), aside)
        self._line.note(len(new), aside)
        telemetry.count("kith.inbox.facts", len(new))
        telemetry.count("kith.inbox.duplicates", len(readable) - len(new) - sum(letter.claimed for letter in letters))
        for letter in letters:
            if not letter.waiting:
                telemetry.count("kith.dead_letters", code=letter.code)

    async def _claim(self, tx: AsyncConnection, readable: list[Readable]) -> tuple[list[Readable], bool]:
        """Those facts that nobody has claimed before, and whether any key at all is held back."""
        ids = [fact.id for _, fact in readable]
        row = (await tx.execute(_CLAIM, {"ids": ids, "expected": len(ids)})).one()
        new = readable
        if row.claimed is not None:
            unclaimed = set(row.claimed)
            new = []
            for record, fact in readable:
                if fact.id in unclaimed:
                    unclaimed.discard(fact.id)
                    new.append((record, fact))
        if new:
            seen = Counter((record.topic, record.partition) for record, _ in new)
            await tx.execute(
                _PROGRESS,
                {
                    "topics": [topic for topic, _ in seen],
                    "partitions": [partition for _, partition in seen],
                    "facts": list(seen.values()),
                },
            )
        return new, row.any_held

    async def _hold(
        self,
        tx: AsyncConnection,
        records: Sequence[Any],
        new: list[Readable],
        letters: list[Letter],
        failed: tuple[str, str, int] | None,
    ) -> list[Readable]:
        """Set aside what must be, in log order; the facts that may be handed over are left."""
        keyed: set[Key] = {(record.topic, record.key) for record in records if record.key is not None}
        held = await dead_letters.held_keys(tx, keyed)
        unreadable = {(letter.topic, letter.partition, letter.offset): letter for letter in letters}
        facts = {(record.topic, record.partition, record.offset): fact for record, fact in new}
        letters.clear()
        free: list[Readable] = []
        for record in records:
            place = (record.topic, record.partition, record.offset)
            key = (record.topic, record.key)
            letter = unreadable.get(place)
            if letter is None and place not in facts:
                continue  # a duplicate: handled, or kept, before
            if letter is None and key in held:
                message = "An earlier record of the same key is set aside; redriving that one runs this one after it."
                letter = _letter(record, "waits-for-earlier", message, waiting=True, claimed=True)
            elif letter is None and failed:
                letter = _letter(record, failed[0], failed[1], attempts=failed[2], claimed=True)
            if letter is None:
                free.append((record, facts[place]))
                continue
            letters.append(letter)
            if record.key is not None:
                held.add(key)
        if letters:
            await dead_letters.set_aside(tx, letters, now=clock.now())
        return free


def _letter(record: Any, code: str, message: str, **more: Any) -> Letter:
    return Letter(
        record.topic, record.partition, record.offset, record.key, record.headers, record.value, code, message, **more
    )
