"""A Kafka consumer that no record can stop, not even one whose header names are not UTF-8.

aiokafka decodes header names while it takes records out of what was fetched. Where that fails, one call has already
taken records of other partitions, which are lost to the caller, and every later call fails at the same place (seen
with 0.14). This consumer goes back to what it last handed over, walks on record by record, and hands the one that
cannot be decoded over as an empty record that says so.
"""

import contextlib
import logging
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalOperation

log = logging.getLogger(__name__)

PATIENCE: Final = 1000
"""Milliseconds that a call waits for a first record, at the least.

FastStream sleeps after a call that found nothing, and what comes meanwhile waits; so few calls may find nothing.
"""
LOOK: Final = 500
"""Milliseconds to wait for one partition's next record while walking."""
UNDECODABLE: Final = (("header-name", b"\xff"),)
"""What stands in for the headers that could not be decoded: it is no more UTF-8 than they were."""


class SteadyConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """Hands over every record, in order, or an empty one in its place; never skips."""

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._handed: dict[TopicPartition, int] = {}
        self._walking = False

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: float = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Any]]:
        """As aiokafka's, and more patient; while a record that cannot be decoded is near, one record a call."""
        try:
            if self._walking:
                return self._noted(await self._next_record())
            patience = max(timeout_ms, PATIENCE)
            return self._noted(await super().getmany(*partitions, timeout_ms=patience, max_records=max_records))
        except UnicodeDecodeError:
            log.warning("a record cannot be decoded; going on record by record")
            self._walking = True
            for partition in self.assignment():
                await self._go_back(partition)
            return {}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Continue from ``offset``."""
        super().seek(partition, offset)
        self._handed[partition] = offset

    def _noted(self, found: dict[TopicPartition, list[Any]]) -> dict[TopicPartition, list[Any]]:
        for partition, records in found.items():
            self._handed[partition] = records[-1].offset + 1
        return found

    async def _go_back(self, partition: TopicPartition) -> None:
        """To what was last handed over; where nothing was, to what is committed, else to the beginning."""
        offset = self._handed.get(partition)
        if offset is None:
            with contextlib.suppress(IllegalOperation):  # without a group nothing is committed
                offset = await self.committed(partition)
        if offset is None:
            offset = (await self.beginning_offsets([partition]))[partition]
        self.seek(partition, offset)

    async def _next_record(self) -> dict[TopicPartition, list[Any]]:
        """One record of any partition; the undecodable one ends the walk."""
        for partition in sorted(self.assignment()):
            at = await self.position(partition)
            if at >= (await self.end_offsets([partition]))[partition]:
                continue
            try:
                found: dict[TopicPartition, list[Any]] = await super().getmany(
                    partition, timeout_ms=LOOK, max_records=1
                )
            except UnicodeDecodeError:
                self._walking = False
                self.seek(partition, at + 1)
                return {partition: [_empty(partition, at)]}
            if found:
                return found
        self._walking = False
        return {}


def _empty(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=-1,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=UNDECODABLE,
    )
