"""Takes facts from Kafka and gives each to the service once: the claim, the effect and what follows in one transaction.

The claim (an insert that yields to an earlier one) is both dedupe and fence. Offsets are committed to Kafka only after
the database has committed, so a new owner starts at or before every fact that is not claimed. The handler never
raises to FastStream: what it cannot handle is set aside, what may pass is retried.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaMessage
from kith_contracts.wire import Unreadable
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import broker, clock, dead_letters, telemetry
from kith_chassis.database import Database, is_fault
from kith_chassis.dead_letters import Key, Letter, reason_of
from kith_chassis.health import Heartbeat
from kith_chassis.line import Line, LineStopped
from kith_chassis.received import OnFacts, Received, receive
from kith_chassis.settings import ServiceSettings

log = logging.getLogger(__name__)

MOST: Final = 2000
"""Records in one batch at the most."""
TRIES: Final = 5
"""Times that a fact which fails for no known reason is tried before it is set aside."""
IN_PLACE: Final = 60.0
"""Seconds that a batch is retried in place; then it is fetched anew, so that the consumer keeps its membership."""

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


class Inbox(ConsumerRebalanceListener):
    """One service's ear: a FastStream batch subscriber in the service's one consumer group."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        heartbeat: Heartbeat,
        *,
        name: str,
        topics: Sequence[str],
        on_facts: OnFacts,
        refusals: tuple[type[Exception], ...],
    ) -> None:
        self.line = Line()
        self.assigned = False
        self._database = database
        self._heartbeat = heartbeat
        self._on_facts = on_facts
        self._refusals = refusals
        self._topics = tuple(topics)
        self._stop = asyncio.Event()
        self._broker = broker.subscriptions(settings)
        self._subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            max_records=MOST,
            batch_timeout_ms=10,
            group_id=f"kith-{name}",
            group_instance_id=f"kith-{name}-{settings.replica}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            listener=self,
            parser=_as_it_is,
            decoder=_raw,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
        )
        self._subscriber(self.handle)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until ``stop``; then finish the batch in hand, within the graceful time-out."""
        self._stop = stop
        self._heartbeat.beat("waiting for the broker")
        while not stop.is_set():
            try:
                await self._broker.start()
                break
            except (KafkaError, OSError) as error:
                log.warning("no broker yet", extra={"fault": type(error).__name__})
                await self._broker.stop()
                await self._pause(1.0)
        while not stop.is_set():
            # The consume loop beats through `handle`; an idle log is no sign of death.
            if self._subscriber.running and self._subscriber.consumer is not None and not self._busy_since:
                self._heartbeat.beat(self.line.trouble)
            await self._pause(1.0)
        await self._broker.stop()

    _busy_since: float = 0.0

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to hand over: what is not claimed is claimed by the next owner."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # noqa: ARG002  aiokafka's word
        """From now on this process hears its share, which may be none."""
        self.assigned = True

    async def readiness(self) -> str | None:
        """None once the group has given this process its share, and while the line runs."""
        return self.line.trouble or (None if self.assigned else "no partitions assigned yet")

    async def lag(self) -> list[dict[str, Any]]:
        """For each partition of this process: the log's end, what is committed, and the difference."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return []
        partitions = sorted(consumer.assignment())
        ends = await consumer.end_offsets(partitions)
        rows = []
        for partition in partitions:
            committed = await consumer.committed(partition) or 0
            rows.append(
                {
                    "topic": partition.topic,
                    "partition": partition.partition,
                    "end": ends[partition],
                    "committed": committed,
                    "lag": max(0, ends[partition] - committed),
                }
            )
        return rows

    async def handle(self, records: Any) -> None:
        """One batch, from the log to the committed offsets. Never raises, whatever comes."""
        begun = self._busy_since = time.monotonic()
        try:
            if await self._until_settled(records):
                await self._commit_offsets(records)
                telemetry.measure("kith.inbox.batch.duration", time.monotonic() - begun)
            else:
                self._fetch_anew(records)
        finally:
            self._busy_since = 0.0

    async def _until_settled(self, records: Sequence[Any]) -> bool:
        """Handle the batch, retrying faults in place. False when it must be fetched anew."""
        begun, pause = time.monotonic(), 0.1
        one_by_one = False
        while not self._stop.is_set() and time.monotonic() - begun < IN_PLACE:
            try:
                if one_by_one:
                    await self._one_by_one(records)
                else:
                    await self._settle(records)
            except LineStopped:
                self._heartbeat.beat(self.line.trouble)
                await self.line.wait(5.0)
            except Exception as error:  # noqa: BLE001  a fault waits, a refusal or a defect is looked for one by one
                if is_fault(error):
                    telemetry.count("kith.inbox.retries")
                    log.warning("facts wait for a fault to pass", extra={"fault": type(error).__name__})
                    self._heartbeat.beat(f"waiting for the database ({type(error).__name__})")
                    await self._pause(pause)
                    pause = min(pause * 2, 5.0)
                else:
                    one_by_one = True
            else:
                self._heartbeat.beat()
                self.line.batch_done()
                return True
        return False

    async def _one_by_one(self, records: Sequence[Any]) -> None:
        for record in records:
            for attempt in range(1, TRIES + 1):
                try:
                    await self._settle([record])
                    break
                except LineStopped:
                    raise
                except Exception as error:
                    if is_fault(error):
                        raise
                    code, message = reason_of(error, self._refusals)
                    if code != "unexpected" or attempt == TRIES:
                        log.warning("fact set aside", extra={"code": code, "topic": record.topic}, exc_info=error)
                        await self._settle([record], failed=(code, message, attempt))
                        break
                    await self._pause(0.05 * attempt)
            self._heartbeat.beat()

    async def _settle(self, records: Sequence[Any], failed: tuple[str, str, int] | None = None) -> None:
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
                self.line.check(len(new), aside)
        self.line.note(len(new), aside)
        telemetry.count("kith.inbox.facts", len(new))
        telemetry.count("kith.inbox.duplicates", len(readable) - len(new) - sum(letter.claimed for letter in letters))
        for letter in letters:
            telemetry.count("kith.dead_letters", 1, code=letter.code)

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

    async def _commit_offsets(self, records: Sequence[Any]) -> None:
        """Tell Kafka what is done. A failure costs only a repetition, which the claim makes harmless."""
        consumer = self._subscriber.consumer
        offsets = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        try:
            if consumer is not None:
                await consumer.commit(offsets)
        except (KafkaError, OSError) as error:
            log.info("offsets not committed; the facts are claimed", extra={"fault": type(error).__name__})

    def _fetch_anew(self, records: Sequence[Any]) -> None:
        """Go back to the beginning of the batch, partition by partition."""
        consumer = self._subscriber.consumer
        for record in reversed(records):
            try:
                if consumer is not None:
                    consumer.seek(TopicPartition(record.topic, record.partition), record.offset)
            except IllegalStateError:
                continue  # the partition has another owner by now

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


def _letter(record: Any, code: str, message: str, **more: Any) -> Letter:
    return Letter(
        record.topic, record.partition, record.offset, record.key, record.headers, record.value, code, message, **more
    )


async def _as_it_is(message: Any) -> KafkaMessage:
    """FastStream's view of a batch, made without looking inside: nothing in a record can make this fail."""
    return KafkaMessage(body=b"", raw_message=message, headers={}, message_id="", correlation_id=None)


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message
