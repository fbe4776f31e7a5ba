"""Records to read: one good one for each fact, and that one spoilt in a place."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kith_contracts import wire
from kith_contracts.committed import sample
from kith_contracts.fact import Fact
from kith_contracts.registry import BY_TYPE, CONTRACTS, Contract
from tests.contracts.values import ROOT

Headers = list[tuple[str, bytes | None]]
Record = tuple[Headers, bytes | None, bytes | None]

AT = datetime(2026, 11, 23, 9, 30, 0, 250000, tzinfo=UTC)
ID = UUID("01a2083d-1c2e-7a54-9b10-3e6f8c2d7a91")
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

CREATED = BY_TYPE["kith.referral-created.v1"]


def a_fact(contract: Contract = CREATED) -> Fact:
    return contract.fact.model_validate_json(sample(ROOT, contract))


def sent(
    fact: Fact, *, time: datetime | str = AT, traceparent: str | None = None, tracestate: str | None = None
) -> Record:
    headers = wire.headers(
        CONTRACTS[type(fact)],
        id=ID,
        subject=str(fact.story),
        time=time,
        traceparent=traceparent,
        tracestate=tracestate,
    )
    return [*headers], wire.value(fact), str(fact.story.id).encode()


def with_header(name: str, text: bytes | None, record: Record | None = None) -> Record:
    headers, value, key = record or sent(a_fact())
    return [(other, text if other == name else told) for other, told in headers], value, key


def without_header(name: str) -> Record:
    headers, value, key = sent(a_fact())
    return [(other, told) for other, told in headers if other != name], value, key


def and_header(name: str, text: bytes | None) -> Record:
    headers, value, key = sent(a_fact())
    return [*headers, (name, text)], value, key


def with_value(value: bytes | None) -> Record:
    headers, _, key = sent(a_fact())
    return headers, value, key


def with_field(name: str, told: Any) -> Record:
    return with_value(json.dumps({**json.loads(wire.value(a_fact())), name: told}).encode())


def without_field(name: str) -> Record:
    fields = json.loads(wire.value(a_fact()))
    del fields[name]
    return with_value(json.dumps(fields).encode())
