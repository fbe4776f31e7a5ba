"""The mapping file: how an export is written, and which of its columns go out; what they mean, the service knows."""

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from kith_cli.importing.unusable import Unusable


@dataclass(frozen=True, slots=True)
class MappingFile:
    """One organisation's mapping.

    ``wanted`` are the columns that are imported, in the file's order; ``left_out`` those that never are. ``json`` is
    the whole mapping as the referrals service takes it.
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
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Unusable(f"The mapping {path} is not YAML{f': line {mark.line + 1}' if mark else ''}.") from None
    if not isinstance(told, dict):
        raise Unusable(f"The mapping {path} must have organisation, dialect and columns.")
    columns = _columns(told, path)
    return MappingFile(
        name=path.name,
        organisation=_organisation(told, path),
        encoding=_encoding(told, path),
        delimiter=_delimiter(told, path),
        wanted=tuple(column["column"] for column in columns if not column.get("never")),
        left_out=frozenset(column["column"] for column in columns if column.get("never")),
        json=json.dumps(told, ensure_ascii=False, default=str),
    )


def _organisation(told: Mapping[str, Any], path: Path) -> str:
    try:
        return str(UUID(str(told.get("organisation"))))
    except ValueError:
        raise Unusable(f"The mapping {path} must name its organisation by its id.") from None


def _columns(told: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    columns = told.get("columns")
    if not isinstance(columns, list) or not columns:
        raise Unusable(f"The mapping {path} must have a list of columns.")
    for number, column in enumerate(columns, 1):
        if not isinstance(column, dict) or not isinstance(column.get("column"), str):
            raise Unusable(f"Column {number} of the mapping {path} must say which column of the file it is (column).")
    return columns


def _dialect(told: Mapping[str, Any]) -> Mapping[str, Any]:
    dialect = told.get("dialect")
    return dialect if isinstance(dialect, dict) else {}


def _encoding(told: Mapping[str, Any], path: Path) -> str:
    encoding = str(_dialect(told).get("encoding"))
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unusable(
            f"The dialect of the mapping {path} must have an encoding that Python knows, such as utf-8-sig or cp1252."
        ) from None


def _delimiter(told: Mapping[str, Any], path: Path) -> str:
    delimiter = _dialect(told).get("delimiter")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unusable(f"The dialect of the mapping {path} must have a delimiter of one character.")
    return delimiter
