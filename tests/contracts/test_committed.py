"""What is committed is what the contracts say: schemas, samples, documents; and the command that keeps it so."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from kith_contracts import wire
from kith_contracts.asyncapi import service_of
from kith_contracts.committed import (
    ASYNCAPI,
    EVENTS,
    RELEASED,
    SAMPLES,
    SCHEMAS,
    NoSample,
    differences,
    file_name,
    generated,
    release,
    sample,
    write,
)
from kith_contracts.registry import CONTRACTS, TOPICS, Contract
from tests.contracts.values import ROOT, committed

SERVICES = sorted({service_of(contract) for contract in CONTRACTS.values()})

each_fact = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
each_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / SAMPLES, tmp_path / SAMPLES)
    write(tmp_path)
    return tmp_path


def test_what_is_committed_is_what_the_contracts_say() -> None:
    assert differences(ROOT) == []


def test_every_sample_belongs_to_a_fact() -> None:
    assert {path.stem for path in (ROOT / SAMPLES).iterdir()} == {file_name(c) for c in CONTRACTS.values()}


@each_fact
def test_a_sample_is_read_and_told_again_unchanged(contract: Contract) -> None:
    told = sample(ROOT, contract)

    fact = contract.fact.model_validate_json(told, strict=True)

    assert json.loads(wire.value(fact)) == json.loads(told)


@each_fact
@pytest.mark.parametrize("side", ["reader", "writer"])
def test_a_sample_keeps_both_committed_schemas(contract: Contract, side: str) -> None:
    schema = committed(SCHEMAS / f"{file_name(contract)}.{side}.json")
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert [error.message for error in validator.iter_errors(json.loads(sample(ROOT, contract)))] == []


@each_fact
def test_a_fact_with_fields_of_a_newer_writer_is_read_all_the_same(contract: Contract) -> None:
    told = json.loads(sample(ROOT, contract))

    newer = contract.fact.model_validate_json(json.dumps({**told, "added_later": {"any": ["thing"]}}), strict=True)

    assert newer == contract.fact.model_validate(told)


@each_fact
def test_the_writers_schema_is_closed_and_the_readers_open(contract: Contract) -> None:
    newer = {**json.loads(sample(ROOT, contract)), "added_later": 1}

    assert not Draft202012Validator(committed(SCHEMAS / f"{file_name(contract)}.writer.json")).is_valid(newer)
    assert Draft202012Validator(committed(SCHEMAS / f"{file_name(contract)}.reader.json")).is_valid(newer)


@each_fact
def test_a_schema_is_found_under_the_name_its_records_carry(contract: Contract) -> None:
    assert committed(SCHEMAS / f"{file_name(contract)}.reader.json")["$id"] == contract.dataschema


@each_service
def test_the_document_of_a_service_is_asyncapi_3(service: str) -> None:
    schema = committed(Path("tests/contracts/asyncapi-3.0.0.json"))

    errors = Draft7Validator(schema).iter_errors(committed(ASYNCAPI / f"{service}.json"))

    assert [f"{list(error.path)}: {error.message[:200]}" for error in errors] == []


def _messages(service: str) -> dict[str, Any]:
    [channel] = committed(ASYNCAPI / f"{service}.json")["channels"].values()
    messages: dict[str, Any] = channel["messages"]
    return messages


def test_every_topic_has_one_document() -> None:
    addresses = [committed(ASYNCAPI / f"{service}.json")["channels"][service]["address"] for service in SERVICES]

    assert sorted(addresses) == sorted(TOPICS)


@each_fact
def test_a_message_carries_the_committed_schema_in_words_every_tool_reads(contract: Contract) -> None:
    payload = _messages(service_of(contract))[file_name(contract)]["payload"]

    Draft7Validator.check_schema(payload["schema"])

    schema = committed(SCHEMAS / f"{file_name(contract)}.reader.json")
    assert payload["schema"] == {word: told for word, told in schema.items() if word != "$schema"}


@each_fact
def test_a_message_names_the_headers_that_are_really_sent(contract: Contract) -> None:
    fact = contract.fact.model_validate_json(sample(ROOT, contract))
    sent = wire.headers(
        contract,
        id=fact.story.id,
        subject=str(fact.story),
        time="2026-11-23T10:00:00+00:00",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate="kith=1",
    )

    headers = _messages(service_of(contract))[file_name(contract)]["headers"]

    assert set(headers["properties"]) == {name for name, _ in sent}
    assert Draft7Validator(headers).is_valid({name: text.decode() for name, text in sent})


@each_fact
def test_the_page_tells_of_every_field(contract: Contract) -> None:
    page = (ROOT / EVENTS).read_text(encoding="utf-8")
    section = page.split(f"\n## {contract.name}\n")[1].split("\n## ")[0]

    assert [name for name in contract.fact.model_fields if f"| `{name}` |" not in section] == []


def test_the_page_tells_of_every_code_a_record_can_be_set_aside_with() -> None:
    page = (ROOT / EVENTS).read_text(encoding="utf-8")

    assert [code for code in wire.CODES if f"| `{code}` |" not in page] == []


def test_two_runs_make_the_same_files() -> None:
    assert generated(ROOT) == generated(ROOT)


def test_a_changed_file_is_found(copy: Path) -> None:
    (copy / EVENTS).write_text("Something else.", encoding="utf-8")

    assert differences(copy) == ["docs/events.md is not what the contracts say"]


def test_a_missing_file_is_found(copy: Path) -> None:
    (copy / SCHEMAS / "match-made.v1.reader.json").unlink()

    assert differences(copy) == ["shared/contracts/schemas/match-made.v1.reader.json is missing"]


def test_a_file_of_no_contract_is_found_and_the_next_writing_removes_it(copy: Path) -> None:
    (copy / SCHEMAS / "rumour-heard.v1.reader.json").write_text("{}", encoding="utf-8")

    found = differences(copy)
    write(copy)

    assert found == ["shared/contracts/schemas/rumour-heard.v1.reader.json belongs to no contract"]
    assert differences(copy) == []


def test_a_fact_without_a_sample_is_refused(copy: Path) -> None:
    (copy / SAMPLES / "match-made.v1.json").unlink()

    with pytest.raises(NoSample, match=r"samples/match-made\.v1\.json is missing"):
        write(copy)


def test_a_release_keeps_the_schemas_as_they_are(copy: Path) -> None:
    release(copy, "9.9.9")

    frozen = {path.name: path.read_text(encoding="utf-8") for path in (copy / RELEASED / "9.9.9").iterdir()}
    assert frozen == {path.name: path.read_text(encoding="utf-8") for path in (copy / SCHEMAS).glob("*.json")}


def test_a_release_does_not_change(copy: Path) -> None:
    release(copy, "9.9.9")

    with pytest.raises(FileExistsError):
        release(copy, "9.9.9")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kith_contracts", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_check_agrees_with_what_write_wrote(copy: Path) -> None:
    assert run(copy, "check").returncode == 0


def test_check_says_which_file_is_wrong_and_what_to_do(copy: Path) -> None:
    (copy / EVENTS).unlink()

    told = run(copy, "check")

    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        "docs/events.md is missing",
        "Run `python -m kith_contracts write`, and look at what changed.",
    ]


def test_write_mends_what_check_found(copy: Path) -> None:
    (copy / EVENTS).unlink()

    assert run(copy, "write").returncode == 0
    assert differences(copy) == []


def test_elsewhere_the_command_says_where_to_run_it(tmp_path: Path) -> None:
    told = run(tmp_path, "write")

    assert told.returncode == 1
    assert told.stderr.startswith("Run this at the root of the repository")


def test_a_version_that_is_released_is_refused_with_a_sentence(copy: Path) -> None:
    first, second = run(copy, "release", "9.9.9"), run(copy, "release", "9.9.9")

    assert first.returncode == 0
    assert second.stderr == "9.9.9 is released already, and a release does not change.\n"
