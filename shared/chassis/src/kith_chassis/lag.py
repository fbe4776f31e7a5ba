"""How far a service is behind the log."""

import asyncio
from collections import Counter
from typing import Any

from kith_chassis import broker, telemetry
from kith_chassis.consumer import SteadyConsumer
from kith_chassis.settings import KafkaSettings


class Lag:
    """Compares what a consumer has committed with the log's ends.

    Those are asked for on a connection of its own: on the consumer's every question waits behind the fetch before it,
    which waits half a second for facts.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._reader: SteadyConsumer | None = None

    async def start(self) -> None:
        """Connect. Raises what aiokafka does where there is no broker."""
        self._reader = broker.reader(self._settings)
        await self._reader.start()

    async def stop(self) -> None:
        """Let go of the connection."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.stop()

    async def of(self, consumer: Any) -> list[dict[str, Any]]:
        """For each partition of the consumer: the log's end, what is committed, and the difference.

        Nothing while either is not connected. Keeps ``kith.inbox.lag`` for each topic.
        """
        if consumer is None or self._reader is None:
            return []
        partitions = sorted(consumer.assignment())
        ends = await self._reader.end_offsets(partitions)
        committed = await asyncio.gather(*(consumer.committed(partition) for partition in partitions))
        rows = [
            {
                "topic": partition.topic,
                "partition": partition.partition,
                "end": ends[partition],
                "committed": offset or 0,
                "lag": max(0, ends[partition] - (offset or 0)),
            }
            for partition, offset in zip(partitions, committed, strict=True)
        ]
        behind: Counter[str] = Counter()
        for row in rows:
            behind[row["topic"]] += row["lag"]
        for topic, lag in behind.items():
            telemetry.gauge("kith.inbox.lag", lag, topic=topic)
        return rows
