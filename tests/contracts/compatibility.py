"""Whether two versions of one contract's schemas can read one another, in both directions.

``jsoncompat`` answers whether one schema lies within another. It looks at fields, types, limits and what is required;
it does not look at patterns, formats and defaults, nor does it mind that an optional field is gone. Those are compared
here, field by field. The property tests then try it with values.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import jsoncompat

from tests.contracts.values import Schema

_UNSEEN = ("pattern", "format", "default", "const", "enum")


@dataclass(frozen=True)
class Schemas:
    """One version of one contract: what it writes (closed) and what it reads (open)."""

    writer: Schema
    reader: Schema


def breaks(released: Schemas, today: Schemas) -> list[str]:
    """What makes today's contract unable to live beside the released one; nothing if it can."""
    found = []
    if not jsoncompat.check_compat(_bare(released.writer), _bare(today.reader), "deserializer"):
        found.append("today's reader refuses what the released writer wrote")
    if not jsoncompat.check_compat(_bare(released.reader), _bare(today.writer), "serializer"):
        found.append("the released reader refuses what today's writer writes")
    now = dict(_fields(today.reader))
    for path, marks in _fields(released.reader):
        if path not in now:
            found.append(f"{path} is gone")
        elif now[path] != marks:
            found.append(f"{path} has another pattern, format, default or list of values")
    return found


def _bare(schema: Schema) -> str:
    """Without its name, which jsoncompat takes for an address to look up."""
    return json.dumps({word: told for word, told in schema.items() if word != "$id"})


def _fields(schema: Schema, path: str = "") -> Iterator[tuple[str, set[str]]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}{name}", set(_marks(field))
        for nested in _objects_in(field):
            yield from _fields(nested, f"{path}{name}.")


def _marks(field: Schema) -> Iterator[str]:
    yield from (f"{word} {json.dumps(field[word], sort_keys=True)}" for word in _UNSEEN if word in field)
    yield from (f"keys {pattern}" for pattern in field.get("patternProperties", {}))
    for inner in _inside(field):
        yield from _marks(inner)


def _objects_in(field: Schema) -> Iterator[Schema]:
    if "properties" in field:
        yield field
    for inner in _inside(field):
        yield from _objects_in(inner)


def _inside(field: Schema) -> Iterator[Schema]:
    yield from field.get("anyOf", ())
    yield from field.get("patternProperties", {}).values()
    if "items" in field:
        yield field["items"]
