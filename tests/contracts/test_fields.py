"""What a fact may hold, field by field: nothing that could name a person, and nothing nobody has thought about.

A new field fails here first. Before allowing it, ask: could it tell who somebody is, alone or with the others?
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from kith_contracts.fact import (
    AgeBand,
    Code,
    Count,
    District,
    Fact,
    Language,
    Moment,
    OdsCode,
    Percentage,
    Points,
    PublicName,
)
from kith_contracts.registry import CONTRACTS, Contract
from kith_contracts.schemas import reader_schema, writer_schema

ALLOWED: dict[Any, set[str]] = {
    UUID: {
        "about_id",
        "agreement_id",
        "attended_referral_ids[]",
        "claim_id",
        "concern_id",
        "contact_id",
        "desk_id",
        "group_id",
        "household_id",
        "match_id",
        "measurement_id",
        "meeting_id",
        "message_id",
        "organisation_id",
        "person_id",
        "programme_id",
        "programme_ids[]",
        "programme_organisation_id",
        "proposal_id",
        "receiving_organisation_id",
        "referral_id",
        "request_id",
        "referring_organisation_id",
        "session_id",
        "sharing_id",
        "sharing_organisation_id",
        "story_id",
        "supervision_id",
        "supporter_id",
        "supporter_ids[]",
        "work_id",
    },
    Code: {
        "about_kind",
        "answer",
        "answered_by",
        "at[]",
        "channel",
        "body",
        "came_as",
        "channels[]",
        "code",
        "comes_as[]",
        "components[]",
        "conditions[]",
        "connection",
        "connections{}",
        "connections{}[]",
        "decision",
        "disclosure",
        "ending",
        "feedback",
        "formality",
        "instrument",
        "instrument_version",
        "interests[]",
        "kind",
        "knowing_each_other",
        "level",
        "low_mood_training[]",
        "model",
        "models[]",
        "moment",
        "nation",
        "needs[]",
        "of",
        "one_to_one_limit",
        "outcome",
        "passed_to",
        "promise",
        "purpose",
        "purposes[]",
        "reason",
        "recipient",
        "related{}",
        "related{}[]",
        "requested[]",
        "result",
        "rules[]",
        "site",
        "sites[]",
        "slot_times[]",
        "slug",
        "source",
        "state",
        "steps[]",
        "story_kind",
        "topics[]",
        "unanswered",
        "weights{}",
        "would_change",
    },
    Count: {
        "answer_hours",
        "capacity",
        "companions",
        "definition_version",
        "extensions",
        "length_weeks",
        "look_again_months",
        "maximum_age",
        "minimum_age",
        "minutes",
        "missed_after_days",
        "one_to_one_minutes",
        "open_offers",
        "pass_on_minutes",
        "people",
        "places",
        "proposed_households",
        "review_weeks",
        "round_every_days",
        "shortlist",
        "supervision_weeks",
        "supporter_minimum_age",
        "supporters",
        "tries",
        "valid_months",
        "weeks_after_ending",
    },
    Percentage: {"checks_current", "payer_percent", "related_percent", "supervision_on_time", "training_held"},
    Points: {"ageing_per_day", "points", "scarcity", "score", "urgent", "weights{}"},
    date: {
        "achieved_on",
        "due_on",
        "ends_on",
        "held_on",
        "received_on",
        "reversed_on",
        "review_on",
        "starts_on",
        "taken_on",
    },
    Moment: {"acknowledge_by", "decide_by"},
    bool: {
        "at_home",
        "at_once",
        "before_visiting",
        "checks_required",
        "different_peers",
        "getting_to_know",
        "late",
        "scored",
        "urgent",
        "waiting_list",
        "waits_again",
    },
    AgeBand: {"age_band"},
    District: {"district"},
    Language: {"interpreter", "language"},
    OdsCode: {"ods_code"},
    PublicName: {"organisation_name", "programme_name"},
}
"""Every field that any fact may have, by what it may hold. ``[]`` is inside a list, ``{}`` a map's key or value.

The last line holds the only words anybody writes freely: names of organisations and programmes, public ones. The ages
are a programme's limits, not a person's.
"""

_ALLOWED = {(name, str(TypeAdapter(kind).json_schema())) for kind, names in ALLOWED.items() for name in names}
_WORDS = {"description", "default"}


def leaves(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    """Every place in the schema that holds a value: the name of its field, and the bare schema of what it holds."""
    bare = {word: told for word, told in schema.items() if word not in _WORDS}
    if "anyOf" in bare:
        for one in bare["anyOf"]:
            if one != {"type": "null"}:
                yield from leaves(one, name)
    elif "properties" in bare:
        for inner, field in bare["properties"].items():
            yield from leaves(field, inner)
    elif "patternProperties" in bare:
        for pattern, held in bare["patternProperties"].items():
            key = {**bare["propertyNames"], "pattern": pattern, "type": "string"}
            yield f"{name}{{}}", str(key)
            yield from leaves(held, f"{name}{{}}")
    elif bare.get("type") == "array":
        yield from leaves(bare["items"], f"{name}[]")
    else:
        yield name, str(bare)


def not_allowed(fact: type[Fact]) -> list[tuple[str, str]]:
    return [leaf for leaf in leaves(reader_schema(Contract(fact, "", "", "", "", ""))) if leaf not in _ALLOWED]


each_fact = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)


@each_fact
def test_a_fact_holds_only_what_is_allowed(contract: Contract) -> None:
    assert not_allowed(contract.fact) == []


def test_nothing_is_allowed_that_no_fact_holds() -> None:
    held = {leaf for contract in CONTRACTS.values() for leaf in leaves(reader_schema(contract))}

    assert held == _ALLOWED


def test_a_field_nobody_thought_about_is_caught() -> None:
    class SomebodySeen(Fact):
        surname: Code

    assert [name for name, _ in not_allowed(SomebodySeen)] == ["surname"]


def test_an_allowed_name_with_free_text_in_it_is_caught() -> None:
    class SomethingSaid(Fact):
        reason: str

    assert [name for name, _ in not_allowed(SomethingSaid)] == ["reason"]


def test_a_map_with_free_keys_is_caught() -> None:
    class ThingsCounted(Fact):
        weights: dict[str, int]

    assert not_allowed(ThingsCounted) != []


def _every(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    if isinstance(schema, dict | list):
        for inner in schema.values() if isinstance(schema, dict) else schema:
            yield from _every(inner)


@each_fact
def test_every_text_has_a_form(contract: Contract) -> None:
    texts = [node for node in _every(reader_schema(contract)) if node.get("type") == "string"]

    assert [
        text for text in texts if "pattern" not in text and text.get("format") not in ("uuid", "date", "date-time")
    ] == []


@each_fact
def test_a_list_of_codes_can_grow_because_it_is_never_closed(contract: Contract) -> None:
    closed = [node for node in _every(writer_schema(contract)) if "enum" in node or "const" in node]

    assert closed == []


@each_fact
def test_every_field_says_what_it_means_unless_its_name_does(contract: Contract) -> None:
    objects = [node["properties"] for node in _every(reader_schema(contract)) if "properties" in node]
    silent = [name for fields in objects for name, field in fields.items() if "description" not in field]

    assert [name for name in silent if not name.endswith("_id")] == []


@each_fact
def test_a_fact_says_in_a_sentence_what_happened(contract: Contract) -> None:
    assert reader_schema(contract)["description"].partition("\n")[0].endswith(".")
