"""Every contract can live beside every released version of itself, and a contract that could not is caught."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kith_contracts.committed import RELEASED, SCHEMAS, file_name
from kith_contracts.registry import BY_TYPE, CONTRACTS
from tests.contracts.compatibility import Schemas, breaks
from tests.contracts.values import ROOT, Schema, committed, values_of
from tests.servers.lengths import examples


def _schemas(folder: Path, name: str) -> Schemas:
    return Schemas(committed(folder / f"{name}.writer.json"), committed(folder / f"{name}.reader.json"))


def _released() -> dict[str, Schemas]:
    """Every version of every contract that was ever released, by release and name."""
    return {
        f"{release.name} {path.name.removesuffix('.reader.json')}": _schemas(
            release.relative_to(ROOT), path.name.removesuffix(".reader.json")
        )
        for release in sorted((ROOT / RELEASED).iterdir())
        for path in sorted(release.glob("*.reader.json"))
    }


RELEASES = _released()
TODAY = {file_name(contract): _schemas(SCHEMAS, file_name(contract)) for contract in CONTRACTS.values()}

each_released = pytest.mark.parametrize("released", RELEASES)


def test_there_are_releases_to_answer_to() -> None:
    assert RELEASES


@each_released
def test_what_was_released_is_still_told_and_heard(released: str) -> None:
    assert released.split()[1] in TODAY


@each_released
def test_a_released_version_and_todays_can_read_one_another(released: str) -> None:
    assert breaks(RELEASES[released], TODAY[released.split()[1]]) == []


@each_released
@given(data=st.data())
@settings(max_examples=examples(25), deadline=None)
def test_whatever_a_released_writer_wrote_is_read_today(released: str, data: st.DataObject) -> None:
    name = released.split()[1]
    written = data.draw(values_of(RELEASES[released].writer))

    BY_TYPE[f"kith.{name}"].fact.model_validate_json(json.dumps(written), strict=True)

    assert list(Draft202012Validator(TODAY[name].reader).iter_errors(written)) == []


@each_released
@given(data=st.data())
@settings(max_examples=examples(25), deadline=None)
def test_whatever_is_written_today_a_released_reader_reads(released: str, data: st.DataObject) -> None:
    name = released.split()[1]
    value = data.draw(values_of(TODAY[name].writer))

    written = json.loads(BY_TYPE[f"kith.{name}"].fact.model_validate(value).model_dump_json())

    checker = Draft202012Validator(RELEASES[released].reader, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(checker.iter_errors(written)) == []


def _gone(schema: Schema, name: str) -> None:
    del schema["properties"][name]
    schema["required"] = [other for other in schema["required"] if other != name]


def _renamed(schema: Schema, old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"][old]
    _gone(schema, old)
    schema["required"].append(new)


def _added(schema: Schema, name: str) -> None:
    schema["properties"][name] = {"type": "integer", "default": 0}


def _demanded(schema: Schema, name: str) -> None:
    schema["properties"][name] = {"type": "integer"}
    schema["required"].append(name)


BROKEN: dict[str, Callable[[Schema], object]] = {
    "a required field is gone": lambda it: _gone(it, "programme_id"),
    "an optional field is gone": lambda it: _gone(it, "weights"),
    "a field is renamed": lambda it: _renamed(it, "slug", "short_name"),
    "a required field is new": lambda it: _demanded(it, "places"),
    "an optional field is required now": lambda it: it["required"].append("channels"),
    "a required field is optional now": lambda it: it["required"].remove("slug"),
    "a field has another type": lambda it: it["properties"].update(checks_required={"type": "string"}),
    "a field may be empty now": lambda it: it["properties"].update(
        slug={"anyOf": [it["properties"]["slug"], {"type": "null"}]}
    ),
    "a field may not be empty any more": lambda it: it["properties"].update(
        minimum_age=it["properties"]["minimum_age"]["anyOf"][0]
    ),
    "a code became a closed list": lambda it: it["properties"].update(model={"enum": ["one-to-one", "group"]}),
    "a pattern is narrower": lambda it: it["properties"]["slug"].update(pattern="^[a-z]+$"),
    "a pattern is wider": lambda it: it["properties"]["slug"].update(pattern="^.*$"),
    "a pattern inside a list changed": lambda it: it["properties"]["channels"]["items"].update(pattern="^.*$"),
    "a format is gone": lambda it: it["properties"]["programme_id"].pop("format"),
    "a limit is lower": lambda it: it["properties"]["slug"].update(maxLength=5),
    "a limit is higher": lambda it: it["properties"]["slug"].update(maxLength=500),
    "a default is another": lambda it: it["properties"]["checks_required"].update(default=False),
    "a map has other keys": lambda it: it["properties"]["weights"].update(
        patternProperties={"^[0-9]+$": {"type": "integer"}}
    ),
}
"""What somebody could do to ``programme-published``, which has a field of every kind, and must not."""


def _changed(change: Callable[[Schema], object]) -> Schemas:
    today = copy.deepcopy(TODAY["programme-published.v1"])
    change(today.writer)
    change(today.reader)
    return today


@pytest.mark.parametrize("what", BROKEN)
def test_a_contract_that_breaks_its_word_is_caught(what: str) -> None:
    assert breaks(TODAY["programme-published.v1"], _changed(BROKEN[what]))


def test_a_nested_field_that_is_gone_is_caught() -> None:
    today = copy.deepcopy(TODAY["match-proposed.v1"])
    for schema in (today.writer, today.reader):
        _gone(schema["properties"]["parts"]["items"], "points")

    assert "parts.points is gone" in breaks(TODAY["match-proposed.v1"], today)


def test_an_added_optional_field_breaks_nothing() -> None:
    assert breaks(TODAY["programme-published.v1"], _changed(lambda it: _added(it, "places"))) == []


def test_an_added_optional_field_inside_a_part_breaks_nothing() -> None:
    today = copy.deepcopy(TODAY["match-proposed.v1"])
    for schema in (today.writer, today.reader):
        _added(schema["properties"]["parts"]["items"], "weight")

    assert breaks(TODAY["match-proposed.v1"], today) == []


def test_better_words_break_nothing() -> None:
    assert breaks(TODAY["programme-published.v1"], _changed(lambda it: it.update(description="Better."))) == []
