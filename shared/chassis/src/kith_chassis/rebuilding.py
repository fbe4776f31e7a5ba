"""One run of a replay: from the first record of the log to the moment in which what it built is read.

Meanwhile the inbox goes on with the live tables. Last, in one transaction, the inbox is held up and what has come since
is read too: so every fact that the inbox has taken is in the spare tables as well when they take the live ones' place.
Facts that the log holds and the inbox has not taken yet may be among them; it will bring them once more, in order.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import Database
from kith_chassis.received import OnFacts
from kith_chassis.refusals import Refusal
from kith_chassis.settling import read

MOST: Final = 2000
"""Records in one batch at the most."""
NEAR: Final = 2000
"""Records behind the end of the log at which the inbox is held up for the rest."""
QUIET: Final = 20
"""Seconds without a record, short of the end, after which the broker is given up."""

_BEAT: Final = sa.text("update replay_run set beaten_at = clock_timestamp() where run = :run returning run")
_NO_HURRY: Final = sa.text("set local transaction_timeout = 0")
_FORGET: Final = sa.text("select empty_replayed()")
_CLAIM: Final = sa.text(
    "insert into replayed select unnest(cast(:ids as uuid[])) on conflict do nothing returning event_id"
)
_SEEN: Final = sa.text("select topic, sum(facts)::bigint from inbox_progress group by topic")
_MISSING: Final = sa.text(
    "select count(*) from inbox where not exists (select from replayed where replayed.event_id = inbox.event_id)"
)

UNCHANGED: Final = "Nothing that is read was changed."
LOST: Final = (
    "A replay would lose the difference, so it was not made: nothing that is read was changed. The topic's retention"
    " has dropped facts, or the broker keeps its log in memory, as the embedded one does, and was restarted."
)


class LogIncomplete(Refusal):
    """The log holds fewer facts than the inbox has seen: a replay would lose the difference."""

    code = "log-incomplete"


class ReplayOvertaken(Refusal):
    """Another run began, because this one showed no sign of life."""

    code = "replay-overtaken"


Step = Callable[[AsyncConnection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What a service gives, each to be called in a transaction that sees the network and that the replay commits.

    ``prepare`` empties the spare tables; it is called before, and after the turn for those that were live. ``apply``
    is ``on_facts`` into the spare tables, and right also for a fact that comes again. ``hold`` waits for the inbox's
    batches in hand and lets none begin until the transaction ends. ``swap`` turns the tables round.
    """

    prepare: Step
    apply: OnFacts
    hold: Step
    swap: Step


@dataclass(slots=True)
class State:
    """How far it is, as operators are shown it. ``records`` and ``of`` are the log's; ``facts`` were applied."""

    state: str = "never-run"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    records: int = 0
    of: int = 0
    facts: int = 0
    duplicates: int = 0
    unreadable: int = 0
    code: str | None = None
    message: str | None = None


class Run:
    """One replay, from its first record to the turn."""

    def __init__(
        self, run: UUID, consumer: AIOKafkaConsumer, database: Database, rebuild: Rebuild, state: State
    ) -> None:
        self._run = run
        self._consumer = consumer
        self._database = database
        self._rebuild = rebuild
        self._state = state
        self._topics: Counter[str] = Counter()

    async def rebuild(self) -> None:
        """Read all, near the end hold the inbox up, read the rest, and turn."""
        await self._require_whole_log()
        await self._empty()
        while True:
            async for records in self._to_the_end():
                async with self._transaction() as tx:
                    await self._apply(tx, records)
            if await self._behind(await self._ends()) <= NEAR:
                break
        async with self._transaction() as tx:
            await self._rebuild.hold(tx)
            async for records in self._to_the_end():
                await self._apply(tx, records)
            await self._require_all_seen(tx)
            await self._rebuild.swap(tx)
        with contextlib.suppress(sa.exc.SQLAlchemyError, OSError, ReplayOvertaken):  # then the next replay does it
            await self._empty()

    async def _to_the_end(self) -> AsyncIterator[list[Any]]:
        """Batches of records, until the end that the log has now."""
        ends = await self._ends()
        self._state.of = self._state.records + await self._behind(ends)
        while await self._behind(ends):
            async with asyncio.timeout(QUIET):
                found: list[Any] = []
                while not found:
                    parts = await self._consumer.getmany(timeout_ms=1000, max_records=MOST)
                    found = [record for part in parts.values() for record in part]
            self._state.records += len(found)
            yield found

    async def _ends(self) -> dict[TopicPartition, int]:
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(list(self._consumer.assignment()))
        return ends

    async def _behind(self, ends: dict[TopicPartition, int]) -> int:
        return sum([max(0, end - await self._consumer.position(partition)) for partition, end in ends.items()])

    async def _apply(self, tx: AsyncConnection, records: Sequence[Any]) -> None:
        """Hand over the facts among ``records`` that this run has not seen; the inbox keeps what is unreadable."""
        batch = await read(records)
        facts = [fact for _, fact in batch.readable]
        unclaimed = set((await tx.execute(_CLAIM, {"ids": [fact.id for fact in facts]})).scalars())
        new = []
        for fact in facts:
            if fact.id in unclaimed:
                unclaimed.discard(fact.id)
                new.append(fact)
        if new:
            await self._rebuild.apply(tx, new)
        self._topics.update(fact.topic for fact in new)
        self._state.facts += len(new)
        self._state.duplicates += len(facts) - len(new)
        self._state.unreadable += len(batch.unreadable)

    async def _require_whole_log(self) -> None:
        """Refuse, before anything is changed, when the log has fewer records than the inbox has taken facts."""
        ends = await self._ends()
        held: Counter[str] = Counter()
        for partition, begin in (await self._consumer.beginning_offsets(list(ends))).items():
            held[partition.topic] += ends[partition] - begin
        async with self._transaction() as tx:
            await self._compare(tx, held)

    async def _require_all_seen(self, tx: AsyncConnection) -> None:
        """Refuse the turn when the inbox has taken a fact that this run has not met."""
        await self._compare(tx, self._topics)
        missing = (await tx.execute(_MISSING)).scalar_one()
        if missing:
            raise LogIncomplete(f"{missing} facts that the inbox has taken are no longer in the log. {LOST}")

    @staticmethod
    async def _compare(tx: AsyncConnection, held: Mapping[str, int]) -> None:
        for topic, seen in await tx.execute(_SEEN):
            if held.get(topic, 0) < seen:
                raise LogIncomplete(
                    f"The log holds {held.get(topic, 0)} facts of {topic}, and the inbox has taken {seen}. {LOST}"
                )

    async def _empty(self) -> None:
        async with self._transaction() as tx:
            await tx.execute(_FORGET)
            await self._rebuild.prepare(tx)

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is this run's, or none: the row that names the run is locked until its end.

        It may take as long as it needs: turning the tables round compares the whole log with the whole inbox.
        """
        async with self._database.network_transaction() as tx:
            await tx.execute(_NO_HURRY)
            if (await tx.execute(_BEAT, {"run": self._run})).first() is None:
                raise ReplayOvertaken(f"Another replay began while this one gave no sign of life. {UNCHANGED}")
            yield tx
