"""Hypothesis strategies for the part of JSON Schema that the contracts use: any release's schema gives values."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

ROOT = Path(__file__).parents[2]

Schema = dict[str, Any]

_FORMATS: dict[str, SearchStrategy[str]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(str),
    "date-time": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
}


def values_of(schema: Schema) -> SearchStrategy[Any]:
    """Values that the schema allows; what it leaves open (further fields) is not generated."""
    if "anyOf" in schema:
        return st.one_of([values_of(one) for one in schema["anyOf"]])
    return _BY_TYPE[schema["type"]](schema)


def _texts(schema: Schema) -> SearchStrategy[str]:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    longest = schema.get("maxLength", 60)
    pattern: str = schema["pattern"]
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)


def _objects(schema: Schema) -> SearchStrategy[Any]:
    if "patternProperties" in schema:
        [(pattern, value)] = schema["patternProperties"].items()
        keys = _texts({"pattern": pattern, **schema.get("propertyNames", {})})
        return st.dictionaries(keys, values_of(value), max_size=4)
    fields = {name: values_of(field) for name, field in schema["properties"].items()}
    always = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(always, optional=fields)


_BY_TYPE: dict[str, Callable[[Schema], SearchStrategy[Any]]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": lambda schema: st.integers(schema.get("minimum"), schema.get("maximum")),
    "string": _texts,
    "array": lambda schema: st.lists(values_of(schema["items"]), max_size=4),
    "object": _objects,
}


def committed(path: Path) -> Any:
    """A committed JSON document, by its path under the root of the repository."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))
