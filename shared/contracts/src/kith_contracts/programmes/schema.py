"""The JSON Schema of a programme's file, so that an editor can help whoever writes one.

A variant says only what differs from the definition that it extends, so nothing but its slug is required of it.
"""

from typing import Any, Final

from kith_contracts.programmes.definition import Definition
from kith_contracts.schemas import DIALECT, Schema, Untitled, plain

ID: Final = "urn:kith:programme-definition:v1"


def whole_schema() -> Schema:
    """What a whole definition holds, in one piece: what may stand at a path is found by walking down."""
    return plain(Definition.model_json_schema(schema_generator=Untitled), closed=False)


def file_schema() -> Schema:
    """What a file holds: a whole definition, or, where it says ``extends``, a variant."""
    whole = whole_schema()
    variant = {**_asks_nothing(whole), "required": ["slug", "extends"]}
    return {
        "$schema": DIALECT,
        "$id": ID,
        "title": "A programme of peer support",
        "if": {"required": ["extends"], "properties": {"extends": {"type": "string"}}},
        "then": variant,
        "else": whole,
    }


def _asks_nothing(node: Any) -> Any:
    """The schema with nothing required in any mapping; a list stands for itself, so what is in one stays required."""
    if not isinstance(node, dict):
        return [_asks_nothing(one) for one in node] if isinstance(node, list) else node
    return {
        keyword: told if keyword == "items" else _asks_nothing(told)
        for keyword, told in node.items()
        if not (keyword == "required" and isinstance(told, list))
    }
