"""The files that are made from the contracts and committed beside them: written, compared, frozen at a release."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from kith_contracts import asyncapi, events
from kith_contracts.programmes.schema import file_schema
from kith_contracts.registry import CONTRACTS, Contract
from kith_contracts.schemas import reader_schema, writer_schema

SCHEMAS: Final = Path("shared/contracts/schemas")
RELEASED: Final = SCHEMAS / "released"
SAMPLES: Final = Path("shared/contracts/samples")
ASYNCAPI: Final = Path("docs/asyncapi")
EVENTS: Final = Path("docs/events.md")
PROGRAMMES: Final = SCHEMAS / "programmes"
"""Beside the facts' schemas and apart from them: a definition is a file that people write, and no fact."""


class NoSample(Exception):  # noqa: N818 -- it says what is missing, as the refusals of the services do
    """A fact has no sample yet. Samples are written by hand: what is believable cannot be generated."""


def file_name(contract: Contract) -> str:
    """``referral-created.v1``, with which the names of the contract's files begin."""
    return contract.type.removeprefix("kith.")


def sample(root: Path, contract: Contract) -> bytes:
    """The fact's invented value, as bytes of a record. Raises ``NoSample``."""
    path = SAMPLES / f"{file_name(contract)}.json"
    if not (root / path).exists():
        raise NoSample(f"{path} is missing: write a believable, invented value for {contract.type}.")
    return (root / path).read_bytes()


def generated(root: Path) -> dict[Path, str]:
    """Every generated file's path under the root, and its text."""
    made = {EVENTS: events.page(), PROGRAMMES / "definition.json": _text(file_schema())}
    samples = {contract.type: json.loads(sample(root, contract)) for contract in CONTRACTS.values()}
    for service, document in asyncapi.documents(samples).items():
        made[ASYNCAPI / f"{service}.json"] = _text(document)
    for contract in CONTRACTS.values():
        made[SCHEMAS / f"{file_name(contract)}.writer.json"] = _text(writer_schema(contract))
        made[SCHEMAS / f"{file_name(contract)}.reader.json"] = _text(reader_schema(contract))
    return made


def differences(root: Path) -> list[str]:
    """One line for each file that is not as it would be generated; none if all agree."""
    wanted = generated(root)
    there = {path.relative_to(root) for path in _json_files(root)}
    wrong = [f"{path} belongs to no contract" for path in there - wanted.keys()]
    for path, text in wanted.items():
        if not (root / path).exists():
            wrong.append(f"{path} is missing")
        elif (root / path).read_text(encoding="utf-8") != text:
            wrong.append(f"{path} is not what the contracts say")
    return sorted(wrong)


def write(root: Path) -> None:
    """Bring every generated file up to date, and remove those that belong to no contract any more."""
    wanted = generated(root)
    for path in _json_files(root):
        path.unlink()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def release(root: Path, version: str) -> None:
    """Freeze today's schemas as those of a release; every later contract answers to them.

    Raises ``FileExistsError`` if the version is frozen already: a release does not change.
    """
    frozen = root / RELEASED / version
    frozen.mkdir(parents=True)
    for path in sorted((root / SCHEMAS).glob("*.json")):
        shutil.copy(path, frozen)


def _json_files(root: Path) -> list[Path]:
    return [path for folder in (SCHEMAS, PROGRAMMES, ASYNCAPI) for path in (root / folder).glob("*.json")]


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
