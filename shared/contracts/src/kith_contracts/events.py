"""``docs/events.md``: every fact, its fields and the rules of the wire, for people."""

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import TypeAdapter

from kith_contracts.asyncapi import PARTITIONS, service_of
from kith_contracts.fact import AgeBand, Code, Count, District, Language, OdsCode, Percentage, Points, PublicName
from kith_contracts.registry import CONTRACTS, TOPICS, Contract
from kith_contracts.schemas import Schema, reader_schema, story_rule

_KINDS: Final = {
    json.dumps(TypeAdapter(kind).json_schema(), sort_keys=True): word
    for kind, word in (
        (AgeBand, "age band"),
        (Code, "code"),
        (Count, "count"),
        (District, "postcode district"),
        (Language, "language"),
        (OdsCode, "ODS code"),
        (Percentage, "percentage"),
        (Points, "points"),
        (PublicName, "public name"),
    )
}

_OPENING: Final = f"""\
# Facts on the wire

Generated from the contract registry by `python -m kith_contracts write`. Change the contracts, not this page.

A fact is something that happened in one service, as the others may know it. No fact carries a person's name, contact,
health-service number, date of birth, full postcode, item answers or free text: whoever needs a name at the moment
of use asks its owner. People and supporters are random pseudonyms (UUIDv4); every other id is time-ordered (UUIDv7).

## The record

CloudEvents 1.0, Kafka's binary mode: the attributes are headers (UTF-8), the value is the fact as JSON (UTF-8).

| part | holds |
|---|---|
| key | the id of the story the fact is about, as text: 36 characters, lower case |
| `ce_specversion` | `1.0` |
| `ce_id` | the fact's own id; the same fact sent twice has the same |
| `ce_type` | `kith.<name>.v<version>` |
| `ce_source` | `/kith/<service>` |
| `ce_subject` | the story as `<kind>/<id>`; its id is the key |
| `ce_time` | when it happened, an instant as RFC 3339 writes it |
| `ce_dataschema` | `urn:kith:fact:<name>:v<version>`, the `$id` of the schema in `shared/contracts/schemas/` |
| `content-type` | `application/json` |
| `traceparent`, `tracestate` | W3C Trace Context of the change that the fact tells of, where it was traced |

Each service has one topic of {PARTITIONS} partitions (never changed), kept for ever. **Order holds for one key only**:
facts of one story come in the order in which they happened; across stories and topics, in any. One fact may come more
than once. A reader upserts, keeps a place for what it does not know yet, and never waits.

## What may change

Within a version a fact stays readable both ways: today's reader reads what any released writer wrote, and the reader of
any release reads what today's writer writes. So:

- a field may be added if it is optional; a reader ignores fields it does not know;
- no field is removed, renamed, made required or optional, or given another type, pattern, limit or default;
- a list of codes may grow at any time: a reader shows a code it does not know as it is;
- topic, story and key stay;
- anything else is a new version beside the old one (`kith.<name>.v2`), told together with it for as long as anybody
  reads the old one.

The released schemas stand in `shared/contracts/schemas/released/`; `tests/contracts/` holds every contract against
every release.

## Records that cannot be read

A record that breaks these rules is set aside with one of these codes, and the facts of other stories go on.

| code | what is wrong |
|---|---|
| `header-not-utf8` | a header's value is not UTF-8 |
| `header-invalid` | a header is not in its form, a `ce_` header stands twice, or the subject is not the fact's story |
| `header-missing` | one of `ce_specversion`, `ce_id`, `ce_type`, `ce_source`, `ce_subject`, `ce_time` is missing |
| `unknown-fact` | no fact of this type is known here |
| `unknown-version` | the fact is known here, this version of it is not |
| `no-value` | the record has no value |
| `not-json` | the value is not JSON |
| `schema-violation` | the value breaks the contract: a field is missing, or is not what it must be |
| `key-mismatch` | the key is not the id of the story that the fact tells of |

## Words in the tables

*code*: lower-case words joined by hyphens, at most 60 characters, from a list that may grow. *count*: 0 or more.
*percentage*: 0 to 100, whole. *date*: a day (`2026-11-23`). *language*: ISO 639, two letters where there are two.
*age band*: ten years (`35-44`), `85-plus` or `unknown`. *postcode district*: the outward half (`G12`). *public name*:
what an organisation or programme calls itself, at most 200 characters.
"""


def page() -> str:
    """The whole page."""
    sections = (line for contract in CONTRACTS.values() for line in _section(contract))
    return "\n".join([_OPENING, *_contents(), *sections])


def _contents() -> Iterator[str]:
    yield "## Who tells what"
    yield ""
    yield "| service | topic | facts |"
    yield "|---|---|---|"
    for topic in TOPICS:
        told = [contract for contract in CONTRACTS.values() if contract.topic == topic]
        links = ", ".join(f"[{_title(contract)}](#{_anchor(contract)})" for contract in told)
        yield f"| {service_of(told[0])} | `{topic}` | {links} |"
    yield ""


def _title(contract: Contract) -> str:
    version = contract.fact.version
    return contract.name if version == 1 else f"{contract.name} (version {version})"


def _anchor(contract: Contract) -> str:
    return _title(contract).replace(" ", "-").translate({ord("("): None, ord(")"): None})


def _section(contract: Contract) -> Iterator[str]:
    schema = reader_schema(contract)
    yield f"## {_title(contract)}"
    yield ""
    yield schema["description"].replace("``", "`")
    yield ""
    yield f"Type `{contract.type}` on `{contract.topic}`. Key: {_lowered(story_rule(contract))}"
    yield ""
    yield "| field | what | if absent | meaning |"
    yield "|---|---|---|---|"
    yield from _rows(schema, "")
    yield ""


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _rows(schema: Schema, prefix: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        absent = "always there" if name in schema["required"] else f"`{json.dumps(field.get('default', {}))}`"
        meaning = field.get("description", _whose(name)).replace("``", "`").replace("\n", " ")
        yield f"| `{prefix}{name}` | {_kind(field)} | {absent} | {meaning} |"
        if "properties" in field.get("items", {}):
            yield from _rows(field["items"], f"{prefix}{name}[].")


def _whose(name: str) -> str:
    """The meaning of an id that says itself whose it is: ``referral_id`` is "The referral."."""
    return f"The {name.removesuffix('_id').replace('_', ' ')}."


def _kind(field: dict[str, Any]) -> str:
    bare = {keyword: told for keyword, told in field.items() if keyword not in ("default", "description")}
    if "anyOf" in bare:
        return " or ".join(_kind(one) for one in bare["anyOf"])
    if bare["type"] == "array":
        return f"list of {_kind(bare['items'])}s"
    if "patternProperties" in bare:
        return f"code to {_kind(*bare['patternProperties'].values())}"
    if bare.get("format") == "uuid":
        return "UUID"
    return _KINDS.get(json.dumps(bare, sort_keys=True)) or bare.get("title") or bare.get("format") or bare["type"]
