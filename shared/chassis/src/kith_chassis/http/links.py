"""What an answer leads to, as its OpenAPI document says it (OpenAPI 3.1, Link Object)."""

from collections.abc import Sequence
from typing import Any


def leads_to(reads: Sequence[str] = (), changes: Sequence[str] = (), **places: str) -> dict[str, Any]:
    """Links from an answer to operations by their ids, for a route's ``responses``.

    ``places`` says for each parameter of their paths where in the answer's body it stands (a JSON Pointer). What
    ``changes`` the thing is asked with the answer's ``ETag`` as ``If-Match``.
    """
    named = {name: f"$response.body#/{place}" for name, place in places.items()}
    seen = {**named, "header.If-Match": "$response.header.ETag"}
    return {
        "links": {
            **{operation: {"operationId": operation, "parameters": named} for operation in reads},
            **{operation: {"operationId": operation, "parameters": seen} for operation in changes},
        }
    }
