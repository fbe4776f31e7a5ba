"""What may stand at a place of a definition, in words and from the schema alone: no field needs a sentence."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args

from kith_contracts.fact import Code, PublicName
from kith_contracts.programmes.schema import whole_schema

SCHEMA: Final = whole_schema()

_SHOWN: Final = 40


def _pattern(kind: Any) -> str:
    [pattern] = {told.pattern for told in get_args(kind)[1:] if hasattr(told, "pattern") and told.pattern}
    return str(pattern)


_FORMS: Final = {
    _pattern(Code): "a code such as low-mood (small letters, figures and hyphens)",
    _pattern(PublicName): "words on one line",
}


def found(place: tuple[str, ...]) -> Mapping[str, Any]:
    """The schema of what may stand at the place; of nothing in particular where the schema does not know it."""
    node: Mapping[str, Any] = SCHEMA
    for step in place:
        node = _inside(_said(node), step)
    return node


def keys(node: Mapping[str, Any]) -> list[str]:
    """The keys that a mapping may have; none where any may stand, or where it is no mapping."""
    node = _said(node)
    named = node.get("propertyNames", {}).get("enum")
    return list(named or node.get("properties", ()))


def meant(word: str, known: list[str]) -> str | None:
    """The one of the known words that somebody probably meant."""
    return next(iter(get_close_matches(word, known, 1, 0.7)), None)


def shown(value: Any) -> str:
    """A value of a file as a sentence shows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        kind = "list" if isinstance(value, list) else "mapping"
        return f"a {kind}" if value else f"an empty {kind}"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= _SHOWN else f'"{value[:_SHOWN]}…"'
    return str(value)


def may_stand(node: Mapping[str, Any]) -> str:
    """What the schema allows, as words that can follow *only*."""
    kind = _said(node)
    nothing = " or null" if kind is not node else ""
    return f"{_allowed(kind)}{nothing}"


def _said(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without its *or null*."""
    return next((one for one in node.get("anyOf", ()) if one.get("type") != "null"), node)


def _inside(node: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    inside: Any = node.get("properties", {}).get(step)
    if inside is None and "items" in node and step.isdecimal():
        inside = node["items"]
    if inside is None:
        further = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), None)
        inside = further if isinstance(further, dict) else {}
    result: Mapping[str, Any] = inside
    return result


def _allowed(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return f"one of {', '.join(node['enum'])}"
    known = keys(node)
    match node.get("type"):
        case "array":
            said = f"a list{_at_most(node, 'maxItems', 'items')}, each {may_stand(node['items'])}"
        case "object":
            said = f"a mapping with {', '.join(known)}" if known else "a mapping"
        case "string":
            said = f"{_FORMS.get(node.get('pattern', ''), 'words')}{_at_most(node, 'maxLength', 'characters')}"
        case kind:
            said = f"{_NUMBERS.get(str(kind), 'true or false')}{_range(node)}"
    return said


_NUMBERS: Final = {"integer": "a whole number", "number": "a number"}


def _at_most(node: Mapping[str, Any], limit: str, what: str) -> str:
    return f", at most {node[limit]} {what}" if limit in node else ""


def _range(node: Mapping[str, Any]) -> str:
    least, above, most = (node.get(word) for word in ("minimum", "exclusiveMinimum", "maximum"))
    if least is not None and most is not None:
        return f" from {least} to {most}"
    parts = [f"at least {least}" if least is not None else "", f"above {above}" if above is not None else ""]
    parts.append(f"at most {most}" if most is not None else "")
    said = " and ".join(part for part in parts if part)
    return f" ({said})" if said else ""
