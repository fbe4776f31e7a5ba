"""What this service will tell, recorded in the transaction that made it true. The relay sends it."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, telemetry
from kith_chassis.connections import driver_of
from kith_chassis.refusals import Refusal
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.registry import CONTRACTS

LARGEST: Final = 64 * 1024
"""Bytes of a fact's value beyond which it is refused: a fact is about one thing."""

_INSERT: Final = """
    insert into outbox (event_id, type, subject, occurred_at, traceparent, tracestate, payload)
    select id, type, subject, $1, $2, $3, payload from unnest($4::uuid[], $5::text[], $6::text[], $7::bytea[])
    with ordinality as told (id, type, subject, payload, place) order by place
"""


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
    await driver_of(tx).execute(
        _INSERT,
        now,
        *telemetry.current_trace(),
        [clock.new_id() for _ in facts],
        [CONTRACTS[type(fact)].type for fact in facts],
        [str(fact.story) for fact in facts],
        payloads,
    )
