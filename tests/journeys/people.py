"""Everything that tells who somebody of the sample network is, and a search for it that no encoding hides from."""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import yaml

from kith_cli.network import LEVELS, Organisation

PERSONAL = {
    *("source_reference", "chi_number", "nhs_number", "given_name", "family_name", "full_name", "birth_date"),
    *("postcode", "telephone", "email", "notes"),
}
SHORTEST_WORD = 4
"""A shorter word of a name is looked for with the rest of the name only."""
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def read_people(sample: Path, network: Iterable[Organisation]) -> set[str]:
    """Every name, contact, identifier, birth date and note of the sample network's people and supporters.

    The mailboxes of its duty desks too: no fact and no log line needs them.
    """
    found = {text for path in sorted((sample / "mappings").glob("*.yaml")) for text in _in_export(sample, path)}
    for organisation in network:
        found.add(str(organisation.entry.body["contact_email"]))
        found |= {desk.body[level]["email"] for desk in organisation.duty_desks for level in LEVELS}
        for supporter in organisation.supporters:
            found |= set(_name(supporter.body["name"])) | {supporter.body["email"]}
            found |= set(_telephone(supporter.body["telephone"]))
    return found


def _in_export(sample: Path, path: Path) -> Iterator[str]:
    mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    dialect = mapping["dialect"]
    export = next((sample / "exports").glob(f"{path.stem}.*"))
    text = io.StringIO(export.read_bytes().decode(dialect["encoding"]), newline="")
    targets = {
        column["column"]: ("never" if column.get("never") else column["to"], column) for column in mapping["columns"]
    }
    for row in csv.DictReader(text, delimiter=dialect["delimiter"]):
        for name, (target, column) in targets.items():
            if (cell := row.get(name)) and len(cell) >= SHORTEST_WORD and target in PERSONAL | {"never"}:
                yield from _forms(target, cell, column.get("dates") or dialect["dates"])
        if "carer_first" in row:
            yield f"{row['carer_first']} {row['carer_last']}"


def _forms(target: str, cell: str, dates: str) -> Iterator[str]:
    """The ways in which one value could be written."""
    yield cell
    match target:
        case "given_name" | "family_name" | "full_name":
            yield from _name(cell)
        case "birth_date":
            yield from _dates(cell, dates)
        case "telephone":
            yield from _telephone(cell)
        case "nhs_number" | "chi_number" | "postcode":
            packed = "".join(cell.split()).upper()
            yield from (packed, f"{packed[:-3]} {packed[-3:]}", f"{packed[:3]} {packed[3:6]} {packed[6:]}")


def _name(name: str) -> Iterator[str]:
    yield name
    yield from (word for word in re.split(r"[ ,]+", name) if len(word) >= SHORTEST_WORD)


def _dates(cell: str, form: str) -> Iterator[str]:
    try:
        born = datetime.strptime(cell, form)  # noqa: DTZ007 - a birth date has no time zone
    except ValueError:
        return
    yield from (f"{born:%Y-%m-%d}", f"{born:%d/%m/%Y}", f"{born.day} {born:%b %Y}")


def _telephone(number: str) -> Iterator[str]:
    digits = re.sub(r"\D", "", number).removeprefix("44").removeprefix("0")
    yield from (number, f"0{digits}", f"+44{digits}", f"0{digits[:4]} {digits[4:]}")


class Search:
    """Looks for any of these as whole words, whatever the case, also where a text is escaped."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word.strip().casefold() for word in words if word.strip()}

    def find(self, content: bytes) -> set[str]:
        """What is found in it."""
        text = content.decode("utf-8", "replace")
        forms = {text, ESCAPED.sub(_letter, text), unquote(text), html.unescape(text)}
        return {word for form in {form.casefold() for form in forms} for word in self._words if _stands_in(word, form)}


def _stands_in(word: str, text: str) -> bool:
    return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _letter(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))
