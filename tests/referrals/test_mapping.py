"""Mapping files: what one must say, and what is refused before any row is looked at."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from pydantic import ValidationError

from kith_referrals.api.imports import MappingBody
from kith_referrals.domain.intake.refusals import MappingUnusable
from tests.conftest import REPOSITORY

SAMPLE = REPOSITORY / "deploy" / "sample-network"
FILES = sorted((SAMPLE / "mappings").glob("*.yaml"))
COLUMNS: list[dict[str, Any]] = [
    {"column": "Ref", "to": "source_reference"},
    {"column": "Surname", "to": "family_name"},
    {"column": "Consent", "to": "consent", "values": {"yes": "yes", "no": "no"}},
    {"column": "Consent date", "to": "consent_recorded_on"},
    {"column": "Programme", "to": "programme"},
]


def a_mapping(*further: dict[str, Any], without: str = "", constants: dict[str, Any] | None = None) -> MappingBody:
    columns = [column for column in COLUMNS if column["column"] != without]
    return MappingBody.model_validate(
        {
            "organisation": str(UUID(int=1)),
            "dialect": {"encoding": "utf-8", "delimiter": ",", "dates": "%Y-%m-%d"},
            "columns": [*columns, *further],
            "constants": constants or {},
        }
    )


def test_the_least_that_a_mapping_must_say_is_enough() -> None:
    assert len(a_mapping().mapping().columns) == len(COLUMNS)


@pytest.mark.parametrize("without", ["Ref", "Surname", "Consent", "Consent date", "Programme"])
def test_a_mapping_that_lacks_what_every_referral_needs_is_refused(without: str) -> None:
    with pytest.raises(MappingUnusable):
        a_mapping(without=without).mapping()


@pytest.mark.parametrize(
    "further",
    [
        {"column": "Ref", "to": "notes"},
        {"column": "Other ref", "to": "source_reference"},
        {"column": "Name", "to": "full_name"},
        {"column": "Postcode", "to": "postcode", "values": {"a": "b"}},
        {"column": "Needs", "to": "needs"},
        {"column": "Meets", "to": "channels", "values": {"phone": "phone"}},
        {"column": "Urgent", "to": "urgent", "values": {"now": "soon"}},
        {"column": "Born", "to": "birth_date", "split": "|"},
        {"column": "Children", "to": "count"},
        {"column": "Phone", "to": "telephone", "called": "phone"},
    ],
)
def test_a_column_that_contradicts_itself_or_another_is_refused(further: dict[str, Any]) -> None:
    with pytest.raises(MappingUnusable):
        a_mapping(further).mapping()


def test_a_word_that_is_not_known_is_never_a_yes() -> None:
    consent = {"column": "Agreed", "to": "consent", "values": {"y": "yes"}, "otherwise": "yes"}

    with pytest.raises(MappingUnusable, match="never a yes"):
        a_mapping(consent, without="Consent").mapping()


@pytest.mark.parametrize(
    "constants", [{"programme": "long-term-conditions"}, {"consent_how": "Spoken, by phone"}, {"language": "english"}]
)
def test_constants_that_cannot_be_are_refused(constants: dict[str, Any]) -> None:
    with pytest.raises((MappingUnusable, ValidationError)):
        a_mapping(constants=constants).mapping()


def test_the_programme_may_be_a_constant() -> None:
    mapping = a_mapping(without="Programme", constants={"programme": "long-term-conditions"}).mapping()

    assert mapping.constants.programme == "long-term-conditions"


@pytest.mark.parametrize("column", [{"column": "A"}, {"column": "A", "to": "notes", "never": True}])
def test_a_column_is_either_imported_or_left_out_on_purpose(column: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_mapping(column)


def test_a_column_that_is_never_imported_is_not_in_the_mapping() -> None:
    mapping = a_mapping({"column": "Child names", "never": True}).mapping()

    assert "Child names" not in {column.name for column in mapping.columns}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sample_mappings_belong_to_the_sample_networks_organisations(path: Path) -> None:
    network = yaml.safe_load((SAMPLE / "network.yaml").read_text(encoding="utf-8"))
    mapping = MappingBody.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).mapping()

    assert str(mapping.organisation_id) in {organisation["id"] for organisation in network["organisations"]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sample_mappings_name_programmes_of_the_sample_network(path: Path) -> None:
    network = yaml.safe_load((SAMPLE / "network.yaml").read_text(encoding="utf-8"))
    offered = {
        programme["slug"] for organisation in network["organisations"] for programme in organisation["programmes"]
    }
    mapping = MappingBody.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).mapping()

    named = {code for column in mapping.columns if column.to == "programme" for code in column.values.values()}

    assert named | ({mapping.constants.programme} - {None}) <= offered
