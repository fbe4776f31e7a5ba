"""A mapping: how an export is written, and which of its columns go out; what they mean, the service knows."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

from kith_cli.importing.unusable import Unusable

NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""What a kept mapping may be called."""


@dataclass(frozen=True, slots=True)
class MappingFile:
    """One organisation's mapping, from a file or kept by the referrals service.

    ``wanted`` are the columns that are imported, in the file's order; ``left_out`` those that never are. ``json`` is
    the part of a request that says which mapping it is: the whole of it, or the name and version of one that is kept.
    """

    name: str
    organisation: str
    encoding: str
    delimiter: str
    wanted: tuple[str, ...]
    left_out: frozenset[str]
    json: str


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file. ``Unusable`` says in one sentence what is wrong with it."""
    told = read_document(path)[1]
    return _mapping(told, f"The mapping {path}", path.name, {"mapping": told})


def kept_mapping(told: Mapping[str, Any]) -> MappingFile:
    """A version of a mapping that the referrals service keeps, as it tells it."""
    named = {"name": told["name"], "version": told["version"]}
    said = f"mapping {told['name']}, version {told['version']}"
    return _mapping(told["mapping"], f"The {said}", said, {"kept": named})


def read_document(path: Path) -> tuple[str, dict[str, Any]]:
    """A mapping file as it is written, and what it says. ``Unusable`` says why it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        told = yaml.safe_load(text)
    except OSError as error:
        raise Unusable(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Unusable(f"The mapping {path} is not YAML{f': line {mark.line + 1}' if mark else ''}.") from None
    if not isinstance(told, dict):
        raise Unusable(f"The mapping {path} must have organisation, dialect and columns.")
    return text, told


def line_of(text: str, place: Sequence[str]) -> int:
    """The line of a YAML text on which a place such as ``("columns", "3", "to")`` stands; or what it would stand in."""
    node = yaml.compose(text)
    for step in place:
        inside = None
        if isinstance(node, yaml.MappingNode):
            inside = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
            inside = node.value[int(step)]
        if inside is None:
            break
        node = inside
    return node.start_mark.line + 1 if node else 1


def _mapping(told: Mapping[str, Any], said: str, name: str, sent: Mapping[str, Any]) -> MappingFile:
    columns = _columns(told, said)
    return MappingFile(
        name=name,
        organisation=_organisation(told, said),
        encoding=_encoding(told, said),
        delimiter=_delimiter(told, said),
        wanted=tuple(column["column"] for column in columns if not column.get("never")),
        left_out=frozenset(column["column"] for column in columns if column.get("never")),
        json=json.dumps(sent, ensure_ascii=False, default=str)[1:-1],
    )


def _organisation(told: Mapping[str, Any], said: str) -> str:
    try:
        return str(UUID(str(told.get("organisation"))))
    except ValueError:
        raise Unusable(f"{said} must name its organisation by its id.") from None


def _columns(told: Mapping[str, Any], said: str) -> list[Mapping[str, Any]]:
    columns = told.get("columns")
    if not isinstance(columns, list) or not columns:
        raise Unusable(f"{said} must have a list of columns.")
    for number, column in enumerate(columns, 1):
        if not isinstance(column, dict) or not isinstance(column.get("column"), str):
            raise Unusable(f"{said} must say of its column {number} which column of the file it is (column).")
    return columns


def _dialect(told: Mapping[str, Any]) -> Mapping[str, Any]:
    dialect = told.get("dialect")
    return dialect if isinstance(dialect, dict) else {}


def _encoding(told: Mapping[str, Any], said: str) -> str:
    encoding = str(_dialect(told).get("encoding"))
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unusable(
            f"{said} must have an encoding in its dialect that Python knows, such as utf-8-sig or cp1252."
        ) from None


def _delimiter(told: Mapping[str, Any], said: str) -> str:
    delimiter = _dialect(told).get("delimiter")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unusable(f"{said} must have a delimiter of one character in its dialect.")
    return delimiter
