"""What this service will tell, recorded in the transaction that made it true. The relay sends it."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, telemetry
from kith_chassis.compiled import Compiled
from kith_chassis.refusals import Refusal
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.registry import CONTRACTS

LARGEST: Final = 64 * 1024
"""Bytes of a fact's value beyond which it is refused: a fact is about one thing."""

_outbox: Final = sa.table(
    "outbox",
    sa.column("event_id", sa.Uuid),
    sa.column("type", sa.Text),
    sa.column("subject", sa.Text),
    sa.column("occurred_at", sa.DateTime(timezone=True)),
    sa.column("traceparent", sa.Text),
    sa.column("tracestate", sa.Text),
    sa.column("payload", sa.LargeBinary),
)
_SHARED: Final = ("occurred_at", "traceparent", "tracestate")
_OWN: Final = ("event_id", "type", "subject", "payload")


def _parameter(name: str) -> str:
    return f"fact_{name}"


def _insert() -> sa.Insert:
    """Facts in the order in which they are given, so that their ids have it too."""
    arrays = [sa.bindparam(_parameter(name), type_=ARRAY(_outbox.c[name].type)) for name in _OWN]
    given = sa.func.unnest(*arrays).table_valued(*_OWN, with_ordinality="place").render_derived()
    shared = [sa.bindparam(_parameter(name), type_=_outbox.c[name].type) for name in _SHARED]
    facts = sa.select(*(given.c[name] for name in _OWN), *shared).order_by(given.c.place)
    return sa.insert(_outbox).from_select([*_OWN, *_SHARED], facts)


_ROWS: Final = _insert()
_INSERT: Final = Compiled(_ROWS)
_TOLD: Final = _ROWS.cte("told")


class FactTooLarge(Refusal):
    """The fact is beyond ``LARGEST``."""

    code = "fact-too-large"


async def record(tx: AsyncConnection, *facts: Fact, now: datetime) -> None:
    """Record ``facts`` to be told, in this order, with the trace of this moment. One statement, however many.

    Call it after the row that the story is about is locked or made: ids then follow the story, and so does the log.
    Nothing is told if the transaction does not commit. Raises ``FactTooLarge``.
    """
    if facts:
        await _INSERT.rows(tx, told(*facts, now=now))


def telling(statement: sa.Insert) -> sa.Insert:
    """The statement, which makes what the story is about, and also records the facts that ``told`` gives it.

    One round trip, both or neither. Not for what somebody else may be changing: an id could then come before its turn.
    """
    return statement.add_cte(_TOLD)


def told(*facts: Fact, now: datetime) -> dict[str, Any]:
    """What a ``telling`` statement is to be run with, beside its own values. Raises ``FactTooLarge``."""
    payloads = [wire.value(fact) for fact in facts]
    for fact, payload in zip(facts, payloads, strict=True):
        if len(payload) > LARGEST:
            name = CONTRACTS[type(fact)].name
            raise FactTooLarge(f"A {name} of {len(payload)} bytes is above the {LARGEST} that a fact may have.")
    traceparent, tracestate = telemetry.current_trace()
    values = {
        "event_id": [clock.new_id() for _ in facts],
        "type": [CONTRACTS[type(fact)].type for fact in facts],
        "subject": [str(fact.story) for fact in facts],
        "payload": payloads,
        "occurred_at": now,
        "traceparent": traceparent,
        "tracestate": tracestate,
    }
    return {_parameter(name): value for name, value in values.items()}
