"""A fact on the wire comes back as it was, and what does no harm on its way is tolerated."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith_contracts import wire
from kith_contracts.registry import CONTRACTS, Contract
from kith_contracts.schemas import writer_schema
from tests.contracts.records import (
    AT,
    ID,
    TRACEPARENT,
    Record,
    a_fact,
    and_header,
    sent,
    with_field,
    without_field,
    without_header,
)
from tests.contracts.values import values_of
from tests.servers.lengths import examples


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
@given(data=st.data())
@settings(max_examples=examples(25), deadline=None)
def test_every_fact_comes_back_as_it_was(contract: Contract, data: st.DataObject) -> None:
    fact = contract.fact.model_validate(data.draw(values_of(writer_schema(contract))))

    envelope, came = wire.read(*sent(fact))

    assert (came, envelope.type, envelope.subject) == (fact, contract.type, str(fact.story))


ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.datetimes(AT.replace(year=1970, tzinfo=None), AT.replace(year=2999, tzinfo=None), timezones=ZONES)


@given(time=INSTANTS)
def test_an_instant_comes_back_in_utc(time: datetime) -> None:
    envelope, _ = wire.read(*sent(a_fact(), time=time))

    assert (envelope.time, envelope.time.tzinfo) == (time, UTC)


def test_an_instant_may_be_text_already() -> None:
    envelope, _ = wire.read(*sent(a_fact(), time="2026-11-23T09:30:00.25Z"))

    assert envelope.time == AT


def test_the_trace_comes_back() -> None:
    envelope, _ = wire.read(*sent(a_fact(), traceparent=TRACEPARENT, tracestate="kith=1"))

    assert (envelope.id, envelope.traceparent, envelope.tracestate) == (ID, TRACEPARENT, "kith=1")


def test_the_headers_are_those_of_cloudevents() -> None:
    headers, _, _ = sent(a_fact(), traceparent=TRACEPARENT)

    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "ce_id": str(ID).encode(),
        "ce_type": b"kith.referral-created.v1",
        "ce_source": b"/kith/referrals",
        "ce_subject": str(a_fact().story).encode(),
        "ce_time": b"2026-11-23T09:30:00.250000+00:00",
        "ce_dataschema": b"urn:kith:fact:referral-created:v1",
        "content-type": b"application/json",
        "traceparent": TRACEPARENT.encode(),
    }


@pytest.mark.parametrize(
    "record",
    [
        and_header("x-unknown", b"whatever"),
        and_header("x-unknown", None),
        and_header("content-type", b"application/json; charset=utf-8"),
        without_header("content-type"),
        without_header("ce_dataschema"),
        with_field("added_later", {"any": ["thing", 1]}),
        without_field("urgent"),
    ],
    ids=[
        "an unknown header",
        "an unknown header without a value",
        "a content type with a parameter, twice",
        "no content type",
        "no name of a schema",
        "a field added later",
        "an optional field not there",
    ],
)
def test_what_does_no_harm_is_tolerated(record: Record) -> None:
    _, fact = wire.read(*record)

    assert fact == a_fact()


@pytest.mark.parametrize(
    "traceparent", ["", "nonsense", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "00-\x00", "ü"]
)
def test_a_broken_trace_is_dropped_and_not_the_fact(traceparent: str) -> None:
    envelope, fact = wire.read(*sent(a_fact(), traceparent=traceparent, tracestate="kith=1"))

    assert (envelope.traceparent, envelope.tracestate, fact) == (None, None, a_fact())


def test_a_broken_trace_state_leaves_the_trace() -> None:
    envelope, _ = wire.read(*sent(a_fact(), traceparent=TRACEPARENT, tracestate="a\x00b"))

    assert (envelope.traceparent, envelope.tracestate) == (TRACEPARENT, None)


def test_of_two_traces_the_last_counts() -> None:
    record = sent(a_fact(), traceparent="00-11111111111111111111111111111111-1111111111111111-01")

    envelope, _ = wire.read([*record[0], ("traceparent", TRACEPARENT.encode())], *record[1:])

    assert envelope.traceparent == TRACEPARENT
