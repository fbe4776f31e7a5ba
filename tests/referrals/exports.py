"""Exports as files: the little that a reader must do before rows can be sent."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kith_referrals.api.imports import MappingBody

Rows = list[tuple[int, dict[str, str]]]


def read_mapping(path: Path) -> tuple[dict[str, Any], MappingBody]:
    """A mapping file, as it is written and as the API takes it."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return told, MappingBody.model_validate(told)


def read_export(path: Path, told: dict[str, Any]) -> tuple[Rows, set[int]]:
    """An export's numbered rows, without columns that are never imported; and the numbers of rows of another length."""
    dialect = told["dialect"]
    text = path.read_bytes().decode(dialect["encoding"])
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect["delimiter"], strict=True)
    never = {column["column"] for column in told["columns"] if column.get("never")}
    right: Rows = []
    wrong: set[int] = set()
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            wrong.add(number)
            continue
        cells = dict(zip(header, row, strict=True))
        right.append((number, {name: text for name, text in cells.items() if name not in never}))
    return right, wrong


def in_requests(rows: Rows, size: int) -> Iterator[Rows]:
    """The rows as they are sent: so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
