"""Write what is generated from the contracts, check that it is written, or freeze it as released.

Generated: the schemas (``shared/contracts/schemas``), ``docs/events.md`` and ``docs/asyncapi``. Run it at the root of
the repository.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from kith_contracts import asyncapi, events
from kith_contracts.registry import CONTRACTS, Contract
from kith_contracts.schemas import reader_schema, writer_schema

SCHEMAS: Final = Path("shared/contracts/schemas")
SAMPLES: Final = Path("shared/contracts/samples")
ASYNCAPI: Final = Path("docs/asyncapi")
EVENTS: Final = Path("docs/events.md")


def file_name(contract: Contract) -> str:
    """``referral-created.v1``, with which the names of the contract's files begin."""
    return contract.type.removeprefix("kith.")


def sample(root: Path, contract: Contract) -> bytes:
    """The fact's invented value, written by hand. Ends the program with a sentence if nobody has written one."""
    path = SAMPLES / f"{file_name(contract)}.json"
    try:
        return (root / path).read_bytes()
    except FileNotFoundError:
        sys.exit(f"{path} is missing: write a believable, invented value for {contract.type}.")


def generated(root: Path) -> dict[Path, str]:
    """Every generated file's path under the root, and its text."""
    made = {EVENTS: events.page()}
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
    there = {path.relative_to(root) for folder in (SCHEMAS, ASYNCAPI) for path in (root / folder).glob("*.json")}
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
    for folder in (SCHEMAS, ASYNCAPI):
        for path in (root / folder).glob("*.json"):
            path.unlink()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def release(root: Path, version: str) -> None:
    """Freeze today's schemas as those of a release. A frozen set never changes: every later contract answers to it."""
    frozen = root / SCHEMAS / "released" / version
    frozen.mkdir(parents=True)
    for path in sorted((root / SCHEMAS).glob("*.json")):
        shutil.copy(path, frozen)


def main() -> None:
    """Exit status 0 when all is as it should be, 1 with one line for each thing that is not."""
    parser = argparse.ArgumentParser(prog="python -m kith_contracts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="bring schemas and documents up to date with the contracts")
    commands.add_parser("check", help="fail if a schema or document is not what the contracts say")
    commands.add_parser("release", help="freeze today's schemas as released").add_argument("version")
    asked = parser.parse_args()
    root = Path()
    if not (root / SAMPLES).is_dir():
        sys.exit(f"Run this at the root of the repository: there is no {SAMPLES} here.")
    if asked.command == "write":
        write(root)
    wrong = differences(root)
    if wrong:
        sys.exit("\n".join([*wrong, "Run `python -m kith_contracts write` and look at what changed."]))
    if asked.command == "release":
        try:
            release(root, asked.version)
        except FileExistsError:
            sys.exit(f"{asked.version} is released already, and a release does not change.")


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
