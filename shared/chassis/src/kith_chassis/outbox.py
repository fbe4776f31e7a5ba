"""What this service will tell, recorded in the transaction that made it true. The relay sends it."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, telemetry
from kith_chassis.refusals import Refusal
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.registry import CONTRACTS

LARGEST: Final = 64 * 1024
"""Bytes of a fact's value beyond which it is refused: a fact is about one thing."""

_INSERT: Final = sa.text(
    "insert into outbox (event_id, type, subject, occurred_at, traceparent, tracestate, payload)"
    " select id, type, subject, :occurred_at, :traceparent, :tracestate, payload"
    " from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:subjects as text[]), cast(:payloads as bytea[]))"
    " with ordinality as told (id, type, subject, payload, place) order by place"
)


class FactTooLarge(Refusal):
    """The fact is beyond ``LARGEST``."""

    code = "fact-too-large"


async def record(tx: AsyncConnection, *facts: Fact, now: datetime) -> None:
    """Record ``facts`` to be told, in this order, with the trace of this moment. One statement, however many.

    Call it after the row that the story is about is locked or made: ids then follow the story, and so does the log.
    Nothing is told if the transaction does not commit. Raises ``FactTooLarge``.
    """
    if not facts:
        return
    payloads = [wire.value(fact) for fact in facts]
    for fact, payload in zip(facts, payloads, strict=True):
        if len(payload) > LARGEST:
            name = CONTRACTS[type(fact)].name
            raise FactTooLarge(f"A {name} of {len(payload)} bytes is above the {LARGEST} that a fact may have.")
    traceparent, tracestate = telemetry.current_trace()
    await tx.execute(
        _INSERT,
        {
            "ids": [clock.new_id() for _ in facts],
            "types": [CONTRACTS[type(fact)].type for fact in facts],
            "subjects": [str(fact.story) for fact in facts],
            "payloads": payloads,
            "occurred_at": now,
            "traceparent": traceparent,
            "tracestate": tracestate,
        },
    )
