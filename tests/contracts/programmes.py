"""A programme to change one thing of, and what its definition says against itself."""

import json
from typing import Any

from pydantic import ValidationError

from kith_contracts.programmes import Definition
from kith_contracts.programmes.words import CONTRADICTS

BEFRIENDING: dict[str, Any] = {
    "slug": "befriending",
    "name": "Befriending",
    "description": "Somebody who has been there comes for a walk.",
    "models": ["one-to-one"],
    "formality": "formal",
    "who": {"summary": "Anybody who is alone."},
    "matching": {"weights": {"experience": 300}},
    "supporters": {"called": "befriender", "roles": ["befriending"]},
    "support": {},
    "evaluation": {},
}
CHOIR: dict[str, Any] = BEFRIENDING | {
    "models": ["group"],
    "formality": "informal",
    "who": {"summary": "Anybody who sings.", "referrable": False},
    "matching": None,
    "support": {"gathering": {}, "length": {"review_weeks": None}},
}
LEAFLETS: dict[str, Any] = BEFRIENDING | {
    "models": ["outreach"],
    "formality": "organised",
    "who": {"summary": "Anybody at the bus stop.", "referrable": False},
    "matching": None,
    "support": {"length": {"review_weeks": None}},
}


def but(told: dict[str, Any], at: str, value: Any) -> dict[str, Any]:
    """The same programme, but for what stands at one place."""
    key, _, rest = at.partition(".")
    return told | {key: but(told.get(key) or {}, rest, value) if rest else value}


def defined(told: dict[str, Any]) -> Definition:
    """The definition, as a file's reader makes it."""
    return Definition.model_validate_json(json.dumps(told), strict=True)


def contradictions(told: dict[str, Any]) -> set[tuple[str, str]]:
    """The code and the place of everything that the programme says against itself."""
    try:
        defined(told)
    except ValidationError as error:
        found = error.errors()
        assert {one["type"] for one in found} == {CONTRADICTS}, found
        return {
            (said.code, ".".join([*map(str, one["loc"]), said.at])) for one in found for said in one["ctx"][CONTRADICTS]
        }
    return set()
