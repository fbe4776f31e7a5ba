"""A fact on the wire: CloudEvents 1.0 in Kafka's binary mode, written and read back. Pure: no broker, no clock.

Writing is the relay's, reading the inbox's. Reading is total: whatever bytes come, the answer is an envelope and a
fact, or one ``Unreadable`` with a stable code, so that a bad record can be set aside and never stops a batch.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError

from kith_contracts.fact import Fact
from kith_contracts.registry import BY_TYPE, Contract

SPECVERSION: Final = "1.0"
CONTENT_TYPE: Final = "application/json"
REQUIRED: Final = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time")
"""The headers without which a record is no fact of ours. CloudEvents asks for the first four, Kith for all six."""

CODES: Final = (
    "header-not-utf8",
    "header-invalid",
    "header-missing",
    "unknown-fact",
    "unknown-version",
    "no-value",
    "not-json",
    "schema-violation",
    "key-mismatch",
)
"""Why a record can be unreadable. Stable: dead letters, metrics and ``docs/events.md`` name them."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_TYPE: Final = re.compile(r"kith\.([a-z0-9-]+)\.v[1-9][0-9]*", re.ASCII)
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_TRACESTATE: Final = re.compile(r"[\x20-\x7e]{1,512}")

_NAMES: Final = frozenset(contract.name for contract in BY_TYPE.values())
_ALIKE: Final = {
    contract.type: (
        ("ce_specversion", SPECVERSION.encode()),
        ("ce_type", contract.type.encode()),
        ("ce_source", contract.source.encode()),
        ("ce_dataschema", contract.dataschema.encode()),
        ("content-type", CONTENT_TYPE.encode()),
    )
    for contract in BY_TYPE.values()
}


class Unreadable(Exception):  # noqa: N818 -- a state of the record, as the refusals of the services are named
    """A record that no reader can take. Trying again will not help; mending the reader or the producer may.

    ``code`` is one of ``CODES``. The message names headers and fields of the contract, and never holds anything from
    the record: a faulty producer may have put a person there.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Envelope(NamedTuple):
    """What the headers say: which fact this is, whose order it keeps, when it happened (UTC), and its trace."""

    id: UUID
    type: str
    subject: str
    time: datetime
    traceparent: str | None
    tracestate: str | None


def value(fact: Fact) -> bytes:
    """The record's value: the fact as JSON in UTF-8."""
    return fact.model_dump_json().encode()


def headers(
    contract: Contract,
    *,
    id: UUID,  # noqa: A002 -- CloudEvents calls it so
    subject: str,
    time: datetime | str,
    traceparent: str | None,
    tracestate: str | None,
) -> list[tuple[str, bytes]]:
    """The record's headers. ``time`` is aware, or already text as RFC 3339 writes it; ``subject`` is ``str(story)``."""
    made = [
        *_ALIKE[contract.type],
        ("ce_id", str(id).encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", (time if isinstance(time, str) else time.isoformat()).encode()),
    ]
    if traceparent is not None:
        made.append(("traceparent", traceparent.encode()))
        if tracestate is not None:
            made.append(("tracestate", tracestate.encode()))
    return made


def read(
    headers: Sequence[tuple[str, bytes | None]],
    value: bytes | None,
    key: bytes | None,
) -> tuple[Envelope, Fact]:
    """The envelope and the fact of a record, or ``Unreadable``; nothing else is ever raised.

    Every header's value must be UTF-8, those we do not know included. A ``ce_`` header that stands twice makes the
    record unreadable, because two readers could take it for two different facts; of any other header the last one
    counts. A trace context that is not in W3C's form is dropped: losing a trace must not lose a fact.

    The value is read strictly (``"3"`` is no number), as the committed schema does. The subject and the key must be
    the story that the fact itself tells of: a fact under a foreign key would lose its order.
    """
    found = _text(headers)
    for name in REQUIRED:
        if name not in found:
            raise Unreadable("header-missing", f"The header {name} is missing.")
    if found["ce_specversion"] != SPECVERSION:
        raise _invalid("ce_specversion", f"must be {SPECVERSION}")
    if not found.get("content-type", CONTENT_TYPE).lower().startswith(CONTENT_TYPE):
        raise _invalid("content-type", f"must be {CONTENT_TYPE}")
    fact_id = _uuid(found["ce_id"])
    time = _time(found["ce_time"])
    contract = BY_TYPE.get(found["ce_type"])
    if contract is None:
        raise _unknown(found["ce_type"])
    if value is None:
        raise Unreadable("no-value", "The record has no value; facts are never deleted from the log.")
    fact = _fact(contract.fact, value)
    kind, story_id = fact.story
    told = str(story_id)
    subject = f"{kind}/{told}"
    if found["ce_subject"] != subject:
        raise _invalid("ce_subject", "is not the story that the fact tells of")
    if key is None or key != told.encode():
        raise Unreadable("key-mismatch", "The record's key is not the id of the story that the fact tells of.")
    traceparent, tracestate = _trace(found.get("traceparent"), found.get("tracestate"))
    return Envelope(fact_id, contract.type, subject, time, traceparent, tracestate), fact


def _text(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        found = {name: text.decode() for name, text in headers if text is not None}
    except UnicodeDecodeError:
        utf8 = False
    else:
        utf8 = True
    if not utf8:  # raised out here, because the error in there holds the bytes
        raise Unreadable("header-not-utf8", "A header's value is not UTF-8.")
    if len(found) != len(headers):
        names = [name for name, _ in headers]
        for name in found:
            if name.startswith("ce_") and names.count(name) > 1:
                raise Unreadable("header-invalid", "A header that begins with ce_ stands twice.")
    return found


def _uuid(text: str) -> UUID:
    if _UUID.fullmatch(text) is None:
        raise _invalid("ce_id", "must be a UUID")
    return UUID(text)


def _time(text: str) -> datetime:
    if _TIME.fullmatch(text) is not None:
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise _invalid("ce_time", "must be an instant as RFC 3339 writes it")


def _fact(fact: type[Fact], value: bytes) -> Fact:
    try:
        return fact.model_validate_json(value, strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    if faults[0]["type"] == "json_invalid":
        raise Unreadable("not-json", "The value is not JSON.")
    fields = sorted({str(fault["loc"][0]) if fault["loc"] else "the whole" for fault in faults})
    raise Unreadable("schema-violation", f"The value breaks the contract in: {', '.join(fields)}.")


def _trace(traceparent: str | None, tracestate: str | None) -> tuple[str | None, str | None]:
    if traceparent is None or _TRACEPARENT.fullmatch(traceparent) is None:
        return None, None
    if tracestate is None or _TRACESTATE.fullmatch(tracestate) is None:
        return traceparent, None
    return traceparent, tracestate


def _unknown(told: str) -> Unreadable:
    known = _TYPE.fullmatch(told)
    if known is not None and known[1] in _NAMES:
        return Unreadable("unknown-version", "The fact is known, this version of it is not; a newer Kith may read it.")
    return Unreadable("unknown-fact", "No fact of this type is known; a newer Kith may know it.")


def _invalid(name: str, rule: str) -> Unreadable:
    return Unreadable("header-invalid", f"The header {name} {rule}.")
