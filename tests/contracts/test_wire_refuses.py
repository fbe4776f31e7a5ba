"""What cannot be read is refused with a code, nothing else ever happens, and nothing of the record comes out."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.registry import BY_TYPE, CONTRACTS
from tests.contracts.records import (
    CREATED,
    ID,
    TRACEPARENT,
    Headers,
    Record,
    a_fact,
    and_header,
    sent,
    with_field,
    with_header,
    with_value,
    without_field,
    without_header,
)
from tests.servers.lengths import examples

DEEP = b"[" * 200_000
REFUSED: dict[str, tuple[str, Record]] = {
    "a header in Windows-1252": ("header-not-utf8", and_header("x-name", "Zoë".encode("cp1252"))),
    "one of ours in Windows-1252": ("header-not-utf8", with_header("ce_subject", "Zoë".encode("cp1252"))),
    "another version of CloudEvents": ("header-invalid", with_header("ce_specversion", b"0.3")),
    "an id that is none": ("header-invalid", with_header("ce_id", b"42")),
    "an id in braces": ("header-invalid", with_header("ce_id", b"{01a2083d-1c2e-7a54-9b10-3e6f8c2d7a91}")),
    "a day for an instant": ("header-invalid", with_header("ce_time", b"2026-11-23")),
    "an instant without a zone": ("header-invalid", with_header("ce_time", b"2026-11-23T09:30:00")),
    "an instant that never was": ("header-invalid", with_header("ce_time", b"2026-02-30T09:30:00Z")),
    "an instant before the first": ("header-invalid", with_header("ce_time", b"0001-01-01T00:00:00+14:00")),
    "a subject of another story": ("header-invalid", with_header("ce_subject", f"referral/{ID}".encode())),
    "a subject of another kind": ("header-invalid", with_header("ce_subject", f"group/{a_fact().story.id}".encode())),
    "another content type": ("header-invalid", with_header("content-type", b"text/csv")),
    "an id told twice": ("header-invalid", and_header("ce_id", str(ID).encode())),
    "an id told and taken back": ("header-invalid", and_header("ce_id", None)),
    "a type told twice": ("header-invalid", and_header("ce_type", b"kith.referral-closed.v1")),
    **{f"no {name}": ("header-missing", without_header(name)) for name in wire.REQUIRED},
    "an id without a value": ("header-missing", with_header("ce_id", None)),
    "no headers": ("header-missing", ([], b"{}", b"")),
    "a fact nobody knows": ("unknown-fact", with_header("ce_type", b"kith.rumour-heard.v1")),
    "a type of somebody else": ("unknown-fact", with_header("ce_type", b"com.example.thing")),
    "a version nobody knows": ("unknown-version", with_header("ce_type", b"kith.referral-created.v9")),
    "no value": ("no-value", with_value(None)),
    "an empty value": ("not-json", with_value(b"")),
    "garbage": ("not-json", with_value(b"\x00\xff\xfe garbage")),
    "half a value": ("not-json", with_value(wire.value(a_fact())[:-1])),
    "text in Windows-1252": ("not-json", with_value('{"a": "Zoë"}'.encode("cp1252"))),
    "half a surrogate": ("not-json", with_value(b'{"a": "\\ud800"}')),
    "a value nested without end": ("not-json", with_value(DEEP)),
    "a list": ("schema-violation", with_value(b"[]")),
    "nothing": ("schema-violation", with_value(b"null")),
    "900 kB of nothing": ("schema-violation", with_value(b'{"a": "' + b"x" * 900_000 + b'"}')),
    "a number as text": ("schema-violation", with_field("urgent", "yes")),
    "a code that is a sentence": ("schema-violation", with_field("source", "My neighbour asked")),
    "a code with a zero byte": ("schema-violation", with_field("source", "self\x00")),
    "a code and a line feed": ("schema-violation", with_field("source", "self\n")),
    "a whole postcode": ("schema-violation", with_field("district", "G12 8QQ")),
    "a date of birth for a band": ("schema-violation", with_field("age_band", "1961-04-01")),
    "no referral": ("schema-violation", without_field("referral_id")),
    "a key of another story": ("key-mismatch", (*sent(a_fact())[:2], str(ID).encode())),
    "no key": ("key-mismatch", (*sent(a_fact())[:2], None)),
    "a key in capitals": ("key-mismatch", (*sent(a_fact())[:2], str(a_fact().story.id).upper().encode())),
}


def refusal(record: Record) -> wire.Unreadable:
    with pytest.raises(wire.Unreadable) as refused:
        wire.read(*record)
    return refused.value


@pytest.mark.parametrize("what", REFUSED)
def test_a_record_that_cannot_be_read_is_refused_with_its_code(what: str) -> None:
    code, record = REFUSED[what]

    assert refusal(record).code == code


def test_every_code_has_its_record() -> None:
    assert {code for code, _ in REFUSED.values()} == set(wire.CODES)


@pytest.mark.parametrize("digits", [b"3e400", b"9" * 40, b"2147483648", b"-1", b"1.5", b"true", b'"1"'])
def test_a_number_nobody_can_store_is_refused(digits: bytes) -> None:
    supporter = sent(a_fact(BY_TYPE["kith.supporter-changed.v1"]))
    value = json.dumps({**json.loads(supporter[1] or b""), "capacity": "HERE"}).encode().replace(b'"HERE"', digits)

    assert refusal((supporter[0], value, supporter[2])).code == "schema-violation"


def test_the_message_names_the_fields_that_are_wrong() -> None:
    headers, _, key = sent(a_fact())

    message = str(refusal((headers, b'{"source": "NO", "Testwell": 1}', key)))

    assert "source" in message
    assert "person_id" in message


SECRET = "Testwell"
SPOILT = st.sampled_from([SECRET, f"kith.{SECRET}.v1", f"referral/{SECRET}", f"2026-11-23T09:30:00Z{SECRET}"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just(SECRET), inner, max_size=4),
    max_leaves=8,
)


def unreadable(record: Record) -> wire.Unreadable | None:
    """The refusal, or None where the record was read; any other exception goes through and fails the test."""
    try:
        envelope, fact = wire.read(*record)
    except wire.Unreadable as refused:
        return refused
    assert isinstance(envelope, wire.Envelope)
    assert isinstance(fact, Fact)
    return None


@given(
    headers=st.lists(st.tuples(st.text(), st.none() | st.binary())),
    value=st.none() | st.binary(),
    key=st.none() | st.binary(),
)
def test_any_bytes_whatever_are_read_or_refused(headers: Headers, value: bytes | None, key: bytes | None) -> None:
    refused = unreadable((headers, value, key))

    assert refused is not None
    assert refused.code in wire.CODES


@given(data=st.data())
@settings(max_examples=examples(400), deadline=None)
def test_a_record_spoilt_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from(list(CONTRACTS.values())))
    headers, value, key = sent(a_fact(contract), traceparent=TRACEPARENT)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(headers) - 1))
        name = data.draw(st.sampled_from([other for other, _ in headers]))
        headers[at] = (name, data.draw(st.none() | st.binary() | st.text().map(str.encode) | SPOILT.map(str.encode)))
    fields = json.loads(value or b"")
    spoilt = st.dictionaries(st.sampled_from(sorted(fields)), JSON, max_size=3).map(
        lambda changed: json.dumps({**fields, **changed}).encode()
    )

    refused = unreadable(
        (headers, data.draw(st.just(value) | spoilt | st.binary()), data.draw(st.just(key) | st.binary()))
    )

    assert refused is None or refused.code in wire.CODES


@given(fields=st.dictionaries(st.sampled_from(sorted(CREATED.fact.model_fields)) | st.text(), JSON))
@example(fields={"district": SECRET, "needs": [SECRET], SECRET: SECRET})
@settings(deadline=None)
def test_a_value_that_is_refused_does_not_come_out(fields: dict[str, Any]) -> None:
    refused = unreadable(with_value(json.dumps({**fields, "source": f"said {SECRET}"}).encode()))

    assert refused is not None
    assert SECRET not in f"{refused!r}"
    assert refused.__context__ is None


def test_a_key_of_a_map_that_is_refused_does_not_come_out() -> None:
    headers, value, key = sent(a_fact(BY_TYPE["kith.programme-published.v1"]))
    fields = {**json.loads(value or b""), "weights": {f"{SECRET}, Tessa": 1}}

    refused = refusal((headers, json.dumps(fields).encode(), key))

    assert str(refused) == "The value breaks the contract in: weights."


@pytest.mark.parametrize("name", [*wire.REQUIRED, "content-type"])
@pytest.mark.parametrize("text", [SECRET.encode(), SECRET.encode() + b"\xff"])
def test_a_header_that_is_refused_does_not_come_out(name: str, text: bytes) -> None:
    refused = unreadable(with_header(name, text))

    assert refused is None or (SECRET not in f"{refused!r}" and refused.__context__ is None)
