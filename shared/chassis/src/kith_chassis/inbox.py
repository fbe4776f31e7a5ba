"""Takes facts from Kafka and gives each to the service once: the claim, the effect and what follows in one transaction.

The claim (an insert that yields to an earlier one) is both dedupe and fence. Offsets are committed to Kafka only after
the database has committed, so a new owner starts at or before every fact that is not claimed. The handler never
raises to FastStream: what it cannot handle is set aside, what may pass is retried.

While the database works on one batch, the next is already fetched and read; it is given to the database only when the
one before it is done.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from kith_chassis import broker, telemetry
from kith_chassis.database import Database, is_fault
from kith_chassis.dead_letters import reason_of
from kith_chassis.health import Heartbeat
from kith_chassis.line import Line, LineStopped
from kith_chassis.received import OnFacts
from kith_chassis.settings import ServiceSettings
from kith_chassis.settling import Batch, Settler, read

log = logging.getLogger(__name__)

MOST: Final = 2000
"""Records in one batch at the most."""
TRIES: Final = 5
"""Times that a fact which fails for no known reason is tried before it is set aside."""
MEASURED: Final = 15.0
"""Seconds between two looks at the lag, for the metric."""
IN_PLACE: Final = 60.0
"""Seconds that a batch is retried in place; then it is fetched anew, so that the consumer keeps its membership."""


class Inbox(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
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
        self._heartbeat = heartbeat
        self._refusals = refusals
        group = f"kith-{name}"
        self._settler = Settler(database, on_facts, self.line, topics)
        self._stop = asyncio.Event()
        self._broker = broker.subscriptions(settings)
        self._subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            max_records=MOST,
            batch_timeout_ms=10,
            group_id=group,
            group_instance_id=f"{group}-{settings.replica}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            listener=self,
            parser=_as_it_is,
            decoder=_raw,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
        )
        self._subscriber(self.handle)
        self._in_hand: asyncio.Task[bool] | None = None

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
        measured = 0.0
        while not stop.is_set():
            if time.monotonic() - measured > MEASURED:
                measured = time.monotonic()
                with contextlib.suppress(KafkaError, OSError):
                    await self.lag()
            # A batch in hand beats for itself; an idle log is no sign of death.
            if self._subscriber.running and (self._in_hand is None or self._in_hand.done()):
                self._heartbeat.beat(self.line.trouble)
            await self._pause(1.0)
        await self._before_is_settled()
        await self._broker.stop()

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
        for topic, behind in behind_by_topic(rows).items():
            telemetry.gauge("kith.inbox.lag", behind, topic=topic)
        return rows

    async def handle(self, records: Any) -> None:
        """One batch from the log: read it, wait for the one before, then settle it while the next is read.

        Never raises, whatever comes. If the one before must be fetched anew, so must this, for it comes after it.
        """
        batch = await read(records)
        if await self._before_is_settled():
            self._in_hand = asyncio.create_task(self._settle_and_commit(batch))
        else:
            await self._fetch_anew(records)

    async def _before_is_settled(self) -> bool:
        """Wait for the batch in hand, if there is one. False when it is not settled and will come again."""
        task, self._in_hand = self._in_hand, None
        return task is None or await task

    async def _settle_and_commit(self, batch: Batch) -> bool:
        begun = time.monotonic()
        try:
            if await self._until_settled(batch):
                await self._commit_offsets(batch.records)
                telemetry.measure("kith.inbox.batch.duration", time.monotonic() - begun)
                return True
        except Exception:
            log.exception("a batch was not settled; it is fetched anew")
            await self._pause(1.0)
        await self._fetch_anew(batch.records)
        return False

    async def _until_settled(self, batch: Batch) -> bool:
        """Handle the batch, retrying faults in place. False when it must be fetched anew."""
        begun, pause = time.monotonic(), 0.1
        one_by_one = False
        while not self._stop.is_set() and time.monotonic() - begun < IN_PLACE:
            try:
                if one_by_one:
                    await self._one_by_one(batch.records)
                else:
                    await self._settler.settle(batch)
            except LineStopped:
                telemetry.gauge("kith.inbox.stopped", 1)
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
                telemetry.gauge("kith.inbox.stopped", 0)
                self.line.batch_done()
                return True
        return False

    async def _one_by_one(self, records: Sequence[Any]) -> None:
        for record in records:
            alone = await read([record])
            for attempt in range(1, TRIES + 1):
                try:
                    await self._settler.settle(alone)
                    break
                except LineStopped:
                    raise
                except Exception as error:
                    if is_fault(error):
                        raise
                    code, message = reason_of(error, self._refusals)
                    if code != "unexpected" or attempt == TRIES:
                        log.warning("fact set aside", extra={"code": code, "topic": record.topic}, exc_info=error)
                        await self._settler.settle(alone, failed=(code, message, attempt))
                        break
                    await self._pause(0.05 * attempt)
            self._heartbeat.beat()

    async def _commit_offsets(self, records: Sequence[Any]) -> None:
        """Tell Kafka what is done. A failure costs only a repetition, which the claim makes harmless."""
        consumer = self._subscriber.consumer
        offsets = {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
        try:
            if consumer is not None:
                await consumer.commit(offsets)
        except (KafkaError, OSError) as error:
            log.info("offsets not committed; the facts are claimed", extra={"fault": type(error).__name__})

    async def _fetch_anew(self, records: Sequence[Any]) -> None:
        """Go back to the beginning of the batch, partition by partition; never forward."""
        consumer = self._subscriber.consumer
        first = {TopicPartition(record.topic, record.partition): record.offset for record in reversed(records)}
        for partition, offset in first.items():
            try:
                if consumer is not None and offset < await consumer.position(partition):
                    consumer.seek(partition, offset)
            except (KafkaError, OSError):
                continue  # the partition has another owner by now, and the fact with it

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


def behind_by_topic(rows: list[dict[str, Any]]) -> dict[str, int]:
    """The lag of each topic, over this process's partitions."""
    behind: Counter[str] = Counter()
    for row in rows:
        behind[row["topic"]] += row["lag"]
    return dict(behind)


async def _as_it_is(message: Any) -> KafkaMessage:
    """FastStream's view of a batch, made without looking inside: nothing in a record can make this fail."""
    return KafkaMessage(
        body=b"", raw_message=message, headers={}, message_id="", correlation_id=None, consumer=FAKE_CONSUMER
    )


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message
