"""A fact as a service receives it, and the one function a service writes to receive facts."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_contracts import wire
from kith_contracts.fact import Fact


class Received(NamedTuple):
    """One fact from the log. ``occurred_at`` is UTC; ``topic`` and ``key`` are those it keeps its order in."""

    id: UUID
    body: Fact
    occurred_at: datetime
    topic: str
    key: str
    traceparent: str | None = None


OnFacts = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
"""Takes a batch in log order, in a transaction that sees the network and that the chassis commits.

It is right for any order of other keys and topics, and does nothing outside the transaction: a batch that fails is
rolled back and given again, fact by fact.
"""


def receive(
    topic: str, headers: Sequence[tuple[str, bytes | None]], value: bytes | None, key: bytes | None
) -> Received:
    """Read a record. Raises ``wire.Unreadable`` and nothing else."""
    envelope, fact = wire.read(headers, value, key)
    story = envelope.subject.rpartition("/")[2]
    return Received(envelope.id, fact, envelope.time, topic, story, envelope.traceparent)
