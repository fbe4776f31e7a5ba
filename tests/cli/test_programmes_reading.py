"""A programme's file as it is read: what YAML it may be, what is wrong and where, and what a variant takes over."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kith_cli.programmes.page import EXAMPLE
from kith_cli.programmes.reading import Fault, merged, read
from kith_cli.programmes.written import written

BEFRIENDING = """\
slug: befriending
name: Befriending
description: Somebody who has been there comes for a walk.
models: [one-to-one]
formality: formal
who:
  summary: Anybody who is alone.
  needs: [isolation]
matching:
  weights: {experience: 300, place: 100}
supporters:
  called: befriender
  roles: [befriending]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "befriending.yaml").write_text(BEFRIENDING, encoding="utf-8")
    return tmp_path


def faults(folder: Path, text: str, name: str = "walking.yaml") -> tuple[Fault, ...]:
    """What is wrong with a file of this text beside the befriending's."""
    (folder / name).write_text(text, encoding="utf-8")
    reading = read(folder / name)
    assert (reading.definition is None) == bool(reading.faults)
    return reading.faults


def told(folder: Path, text: str) -> list[tuple[str, int, str]]:
    """The same in short: code, line and place."""
    return [(fault.code, fault.line, fault.at) for fault in faults(folder, text)]


def walking(changed: str = "", to: str = "") -> str:
    """The befriending's text as another file would have it, with one thing changed."""
    assert changed in BEFRIENDING
    return BEFRIENDING.replace("slug: befriending", "slug: walking").replace(changed, to)


def test_a_file_that_says_all_is_a_definition(folder: Path) -> None:
    definition = read(folder / "befriending.yaml").definition

    assert definition
    assert definition.supporters.called == "befriender"


def test_the_example_of_the_page_can_be_used(tmp_path: Path) -> None:
    assert faults(tmp_path, EXAMPLE, "allotment-mornings.yaml") == ()


def test_every_fault_of_a_file_is_told_in_the_order_of_its_lines(folder: Path) -> None:
    text = (
        walking("formality: formal", "formality: stiff").replace("place: 100", "place: 5000").replace("who:", "whom:")
    )

    assert told(folder, text) == [
        ("missing", 1, "who"),
        ("not-a-choice", 5, "formality"),
        ("unknown-key", 6, "whom"),
        ("out-of-range", 10, "matching.weights.place"),
    ]


def test_a_key_that_nobody_knows_is_told_with_the_one_that_was_meant(folder: Path) -> None:
    [fault] = faults(folder, walking("  needs:", "  nedes:"))

    assert (fault.code, fault.line, fault.at) == ("unknown-key", 8, "who.nedes")
    assert fault.says.startswith("nedes may not stand here: perhaps needs is meant. These may stand here: summary,")


def test_a_connection_that_nobody_knows_is_told_with_all_that_there_are(folder: Path) -> None:
    [fault] = faults(folder, walking("place:", "plaice:"))

    assert (fault.code, fault.at) == ("unknown-key", "matching.weights.plaice")
    assert "perhaps place is meant" in fault.says


@pytest.mark.parametrize(
    ("changed", "to", "code", "says"),
    [
        (
            "[one-to-one]",
            "[pairs]",
            "not-a-choice",
            'Only one of one-to-one, group, drop-in, .* may stand here, not "pairs"',
        ),
        ("[one-to-one]", "[]", "wrong-length", "Only a list, each one of .* may stand here, not an empty list"),
        ("[one-to-one]", "one-to-one", "wrong-type", 'Only a list, each .* may stand here, not "one-to-one"'),
        ("300", "yes", "wrong-type", 'Only a whole number from 0 to 1000 may stand here, not "yes"'),
        ("300", "0.5", "wrong-type", "Only a whole number from 0 to 1000 may stand here, not 0.5"),
        ("[isolation]", "[Feels Alone]", "wrong-form", "Only a code such as low-mood .* may stand here, not"),
        ("Befriending", "''", "wrong-length", 'Only words on one line, at most 200 characters may stand here, not ""'),
        (
            "Befriending",
            "true",
            "wrong-type",
            "Only words on one line, at most 200 characters may stand here, not true",
        ),
        ("{experience: 300, place: 100}", "5", "wrong-type", "Only a mapping with condition, .* may stand here, not 5"),
    ],
)
def test_what_may_stand_there_is_said(folder: Path, changed: str, to: str, code: str, says: str) -> None:
    [fault] = faults(folder, walking(changed, to))

    assert fault.code == code
    assert_matches(says, fault.says)


def assert_matches(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(text)


def test_what_contradicts_itself_is_told_where_it_is_to_be_mended(folder: Path) -> None:
    text = walking() + "support:\n  sessions:\n    every_days: 7\n    missed_after_days: 3\n"

    assert told(folder, text) == [("missed-too-soon", 17, "support.sessions.missed_after_days")]


def test_a_file_is_called_as_its_slug_is(folder: Path) -> None:
    assert told(folder, BEFRIENDING) == [("slug-not-the-files", 1, "slug")]


def test_a_file_that_is_not_called_yaml_is_not_passed_over(folder: Path) -> None:
    assert [fault.code for fault in faults(folder, walking(), "walking.yml")] == ["not-named-yaml"]


def test_a_key_that_stands_twice_is_refused(folder: Path) -> None:
    assert told(folder, walking() + "name: Walking\n") == [("key-twice", 14, "name")]


def test_nothing_points_to_another_place(folder: Path) -> None:
    text = walking("[isolation]", "&why [isolation]") + "sites: *why\n"

    assert told(folder, text) == [("points-elsewhere", 14, "")]


def test_a_key_is_one_word(folder: Path) -> None:
    assert told(folder, walking() + "[a, b]: 1\n") == [("key-not-a-word", 14, "")]


def test_a_tag_makes_nothing(folder: Path) -> None:
    assert told(folder, walking("Befriending", "!!python/name:os.system x")) == [("not-plain", 2, "name")]


def test_half_a_character_is_refused(folder: Path) -> None:
    assert told(folder, walking("Befriending", '"\\ud800"')) == [("not-plain", 2, "name")]


def test_what_is_not_yaml_is_told_at_its_line(folder: Path) -> None:
    assert told(folder, walking("[isolation]", "[isolation")) == [("not-yaml", 9, "")]


def test_two_documents_are_not_one_programme(folder: Path) -> None:
    assert told(folder, walking() + "---\n" + walking()) == [("not-yaml", 14, "")]


@pytest.mark.parametrize("deep", [25, 250, 5000])
def test_what_is_nested_deeply_is_no_programme(folder: Path, deep: int) -> None:
    [fault] = faults(folder, walking() + f"sites: {'[' * deep}{']' * deep}\n")

    assert fault.code == "nested-too-deep"


@pytest.mark.parametrize("text", ["", "- slug", "only words", "5"])
def test_a_file_that_defines_nothing_says_what_to_write(folder: Path, text: str) -> None:
    [fault] = faults(folder, text)

    assert fault.code == "not-a-definition"
    assert fault.says.endswith("write slug, name, description, models, formality, who, supporters.")


def test_a_file_that_is_not_there_cannot_be_read(folder: Path) -> None:
    assert [fault.code for fault in read(folder / "nowhere.yaml").faults] == ["unreadable"]


def test_a_file_that_is_not_text_cannot_be_read(folder: Path) -> None:
    (folder / "walking.yaml").write_bytes(b"name: caf\xe9\n")

    assert [fault.code for fault in read(folder / "walking.yaml").faults] == ["unreadable"]


VARIANT = (
    "slug: walking\nextends: befriending\nname: Walking\nmatching:\n  weights: {place: 400}\nwho:\n  needs: [stress]\n"
)


def test_a_variant_is_as_its_base_is_but_for_what_it_says(folder: Path) -> None:
    assert faults(folder, VARIANT) == ()

    definition = read(folder / "walking.yaml").definition
    assert definition
    assert definition.matching
    assert definition.matching.weights == {"experience": 300, "place": 400}
    assert definition.who.needs == ("stress",)
    assert (definition.name, definition.supporters.called) == ("Walking", "befriender")


def test_a_variant_takes_away_by_saying_null(folder: Path) -> None:
    text = VARIANT.replace("matching:\n  weights: {place: 400}", "matching: null\nmodels: [listening-slots]")

    assert faults(folder, text + "support: {sessions: {times: [open]}}\n") == ()


def test_what_a_variant_makes_impossible_is_told_at_its_own_line(folder: Path) -> None:
    assert told(folder, VARIANT + "formality: informal\n")[-1] == ("beyond-its-level", 6, "who.referrable")


def test_a_variant_has_a_slug_of_its_own(folder: Path) -> None:
    assert told(folder, VARIANT.replace("slug: walking\n", "")) == [("missing", 1, "slug")]


def test_a_variant_of_nothing_is_told_what_was_meant(folder: Path) -> None:
    [fault] = faults(folder, VARIANT.replace("befriending", "befreinding"))

    assert (fault.code, fault.line, fault.at) == ("extends-nothing", 2, "extends")
    assert fault.says == "There is no befreinding.yaml in its folder. Perhaps befriending is meant."


def test_a_variant_looks_for_its_base_in_its_own_folder_alone(folder: Path) -> None:
    (folder / "deeper").mkdir()

    assert told(folder / "deeper", VARIANT.replace("befriending", "../befriending")) == [
        ("extends-nothing", 2, "extends")
    ]


def test_no_variant_has_variants(folder: Path) -> None:
    (folder / "running.yaml").write_text(VARIANT.replace("walking", "running"), encoding="utf-8")

    assert told(folder, VARIANT.replace("befriending", "running")) == [("extends-a-variant", 2, "extends")]


def test_two_variants_of_one_another_are_refused(folder: Path) -> None:
    (folder / "running.yaml").write_text("slug: running\nextends: walking\n", encoding="utf-8")

    assert told(folder, "slug: walking\nextends: running\n") == [("extends-a-variant", 2, "extends")]


def test_no_programme_is_a_variant_of_itself(folder: Path) -> None:
    assert told(folder, VARIANT.replace("befriending", "walking")) == [("extends-itself", 2, "extends")]


@pytest.mark.parametrize("text", ["5", "a: 1\na: 2", "slug: befriending\n"])
def test_a_variant_of_what_cannot_be_used_cannot_be_used(folder: Path, text: str) -> None:
    (folder / "befriending.yaml").write_text(text, encoding="utf-8")

    assert told(folder, VARIANT) == [("extends-unusable", 2, "extends")]


WORDS = st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.text(max_size=20))
TREES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(TREES)
def test_whatever_is_written_out_is_read_as_it_was(tree: Any) -> None:
    assert written(yaml.safe_dump(tree)).told == tree


@given(st.text(max_size=200))
def test_whatever_somebody_types_is_read_or_told_why_not(text: str) -> None:
    said = written(text)

    assert all(fault.line >= 1 and fault.says for fault in said.faults)


LINES = st.lists(st.sampled_from([*BEFRIENDING.splitlines(), "  - x", "extends: befriending", "a: &b c", "? ", "  'x"]))


@given(lines=LINES)
def test_a_file_in_any_state_of_writing_is_a_definition_or_has_faults(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    file = tmp_path_factory.mktemp("writing") / "befriending.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")

    reading = read(file)

    assert (reading.definition is None) == bool(reading.faults)
    assert all(1 <= fault.line <= len(lines) + 1 and fault.says for fault in reading.faults)


MAPPINGS = st.dictionaries(
    st.sampled_from("abc"), st.recursive(st.integers(), lambda x: st.dictionaries(st.sampled_from("abc"), x))
)


@given(MAPPINGS, MAPPINGS)
def test_a_variant_that_says_everything_again_changes_nothing(base: dict[str, Any], variant: dict[str, Any]) -> None:
    once = merged(base, variant)

    assert merged(once, variant) == once
    assert merged(base, {}) == base
    assert merged({}, variant) == variant
