"""Takes facts from Kafka and gives each to the service once: the claim, the effect and what follows in one transaction.

The claim (an insert that yields to an earlier one) is both dedupe and fence. Offsets are committed to Kafka only after
the database has committed, so a new owner starts at or before every fact that is not claimed. The handler never
raises to FastStream: what it cannot handle is set aside, what may pass is retried.

While the database works on one batch, what comes meanwhile is fetched and read; it becomes the next batch when the one
before it is done. So batches grow with the load, and an idle log waits for nothing.
"""

import asyncio
import contextlib
import logging
import time
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
from kith_chassis.lag import Lag
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
        self._lag = Lag(settings)
        self._waiting = Batch([])
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._rewound: dict[TopicPartition, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until ``stop``; then finish the batch in hand, within the graceful time-out."""
        self._stop = stop
        self._heartbeat.beat("waiting for the broker")
        while not stop.is_set():
            try:
                await self._lag.start()
                await broker.start(self._broker)
                break
            except (KafkaError, OSError) as error:
                log.warning("no broker yet", extra={"fault": type(error).__name__})
                await self._leave()
                await self._pause(1.0)
        measuring = asyncio.create_task(self._measure())
        await self._settle_until(stop)
        measuring.cancel()
        await self._leave()

    async def _leave(self) -> None:
        await self._lag.stop()
        await self._broker.stop()

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to hand over: what is not claimed is claimed by the next owner."""
        for partition in revoked:
            self._rewound.pop(partition, None)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # noqa: ARG002  aiokafka's word
        """From now on this process hears its share, which may be none."""
        self.assigned = True

    async def readiness(self) -> str | None:
        """None once the group has given this process its share, and while the line runs."""
        return self.line.trouble or (None if self.assigned else "no partitions assigned yet")

    async def lag(self) -> list[dict[str, Any]]:
        """For each partition of this process: the log's end, what is committed, and the difference."""
        return await self._lag.of(self._subscriber.consumer)

    async def _measure(self) -> None:
        """Look at the lag from time to time, beside the facts."""
        while True:
            with contextlib.suppress(KafkaError, OSError):
                await self.lag()
            await asyncio.sleep(MEASURED)

    async def handle(self, records: Any) -> None:
        """Take what came from the log: read it and put it behind what waits. Never raises, whatever comes."""
        batch = await read(records)
        while self._waiting.records and len(self._waiting.records) + len(records) > MOST and not self._stop.is_set():
            self._room.clear()
            await self._room.wait()
        if self._comes_after_a_gap(records):
            self._rewind(records)
        else:
            self._waiting.extend(batch)
            self._news.set()
            await asyncio.sleep(0)  # the database is asked first, and then Kafka for more

    def _comes_after_a_gap(self, records: Sequence[Any]) -> bool:
        """Whether these were fetched before the log was rewound, so that others must come first."""
        if self._rewound:
            for partition, offset in _firsts(records).items():
                if self._rewound.get(partition, offset) != offset:
                    return True
                self._rewound.pop(partition, None)
        return False

    async def _settle_until(self, stop: asyncio.Event) -> None:
        """Settle what waits, batch after batch, and beat: an idle log is no sign of death."""
        while not stop.is_set():
            if self._subscriber.running:
                self._heartbeat.beat(self.line.trouble)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._news.wait()
            self._news.clear()
            batch, self._waiting = self._waiting, Batch([])
            self._room.set()
            if batch.records:
                await self._settle_and_commit(batch)
        self._room.set()

    async def _settle_and_commit(self, batch: Batch) -> None:
        """From the claim to the committed offsets. What cannot be settled now is fetched anew, and what waits too."""
        begun = time.monotonic()
        try:
            if await self._until_settled(batch):
                await self._commit_offsets(batch.records)
                telemetry.measure("kith.inbox.batch.duration", time.monotonic() - begun)
                return
        except Exception:
            log.exception("a batch was not settled; it is fetched anew")
            await self._pause(1.0)
        later, self._waiting = self._waiting, Batch([])
        self._room.set()
        self._rewind([*batch.records, *later.records])

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
        last = {(record.topic, record.partition): record.offset for record in records}
        try:
            if consumer is not None:
                await consumer.commit({TopicPartition(*place): offset + 1 for place, offset in last.items()})
        except (KafkaError, OSError) as error:
            log.info("offsets not committed; the facts are claimed", extra={"fault": type(error).__name__})

    def _rewind(self, records: Sequence[Any]) -> None:
        """Go back to the first of these records in each partition, and let nothing of it pass before that one."""
        consumer = self._subscriber.consumer
        for partition, offset in _firsts(records).items():
            first = min(offset, self._rewound.get(partition, offset))
            try:
                if consumer is not None:
                    consumer.seek(partition, first)
                    self._rewound[partition] = first
            except KafkaError:
                self._rewound.pop(partition, None)  # the partition has another owner by now, and its facts with it

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


def _firsts(records: Sequence[Any]) -> dict[TopicPartition, int]:
    """The first offset in each partition."""
    first = {(record.topic, record.partition): record.offset for record in reversed(records)}
    return {TopicPartition(*place): offset for place, offset in first.items()}


async def _as_it_is(message: Any) -> KafkaMessage:
    """FastStream's view of a batch, made without looking inside: nothing in a record can make this fail."""
    return KafkaMessage(
        body=b"", raw_message=message, headers={}, message_id="", correlation_id=None, consumer=FAKE_CONSUMER
    )


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message
