"""The JSON Schemas of the facts, made from their classes: a closed one for who writes, an open one for who reads.

Two schemas, because one cannot answer both questions. A writer promises to send these fields and no others; a reader
promises to take these fields and to ignore others. So "may an old reader read what a new writer sends?" is whether the
new closed schema lies within the old open one, and an added optional field is no break. Open against open, it would be.
"""

import inspect
import re
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from kith_contracts.registry import Contract

DIALECT: Final = GenerateJsonSchema.schema_dialect
"""JSON Schema 2020-12."""

Schema = dict[str, Any]

_WRAPPED: Final = re.compile(r"(?<!\n)\n(?!\n)")


class Untitled(GenerateJsonSchema):
    """Pydantic's own schemas without a title on every field: it would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 -- pydantic names it
        """Never."""
        return False


def writer_schema(contract: Contract) -> Schema:
    """What a record's value is when we write it: these fields and no others, at every depth."""
    schema = contract.fact.model_json_schema(mode="serialization", schema_generator=Untitled)
    return {"$schema": DIALECT, "$id": f"{contract.dataschema}:writer", **plain(schema, closed=True)}


def reader_schema(contract: Contract) -> Schema:
    """What a record's value must be for us to read it: these fields, and whatever else a newer writer adds."""
    schema = contract.fact.model_json_schema(mode="validation", schema_generator=Untitled)
    return {"$schema": DIALECT, "$id": contract.dataschema, **plain(schema, closed=False)}


def story_rule(contract: Contract) -> str:
    """What the fact is about, and so what its record's key is, in the words of its class."""
    return inspect.getdoc(contract.fact.story) or ""


def plain(schema: Schema, *, closed: bool) -> Schema:
    """The schema with its definitions put where they are used and its descriptions on one line.

    A fact is a tree and never recursive; without references its schema stands by itself wherever it is embedded.
    """
    definitions = schema.pop("$defs", {})

    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            node = {**definitions[name], **{keyword: told for keyword, told in node.items() if keyword != "$ref"}}
        made = {keyword: inlined(told) for keyword, told in node.items()}
        if isinstance(made.get("description"), str):
            made["description"] = _WRAPPED.sub(" ", made["description"])
        if closed and made.get("type") == "object" and ("properties" in made or "patternProperties" in made):
            made["additionalProperties"] = False
        return made

    made: Schema = inlined(schema)
    return made
