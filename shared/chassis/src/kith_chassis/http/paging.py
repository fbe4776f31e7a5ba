"""Lists a page at a time, by a cursor that says after which id to go on: right also while rows come and go."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from kith_chassis.refusals import Refusal

T = TypeVar("T")


class Identified(Protocol):
    """What a cursor can name."""

    @property
    def id(self) -> UUID:
        """By which the list is in order, or found again."""


Row = TypeVar("Row", bound=Identified)


class CursorMalformed(Refusal):
    """``after`` is no cursor of ours."""

    code = "cursor-malformed"


class Page(BaseModel, Generic[T]):
    """Some of a list, in order, and how to get the rest."""

    items: list[T]
    next: str | None = Field(description="Send it as `after` to get what follows; null at the end.")


PageLimit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
"""How many rows a caller may ask for at once; give it a default of 50."""


def encode_cursor(last: UUID) -> str:
    """The cursor that goes on after ``last``."""
    return urlsafe_b64encode(last.bytes).decode().rstrip("=")


def page_of(items: Sequence[Row], limit: int) -> "Page[Row]":
    """One page of what was asked for, of which at most ``limit`` came: where it is full there may be more."""
    return Page(items=list(items), next=encode_cursor(items[-1].id) if len(items) == limit else None)


async def cursor(
    after: Annotated[str | None, Query(description="`next` of the page before; absent for the first.")] = None,
) -> UUID | None:
    """The id after which to go on; None for the first page. Raises ``CursorMalformed``."""
    if after is None:
        return None
    try:
        last = UUID(bytes=urlsafe_b64decode(after + "=="))
    except ValueError:
        last = None
    if last is None or encode_cursor(last) != after:
        raise CursorMalformed("after must be the next of the page before, unchanged.")
    return last


CursorDep = Annotated[UUID | None, Depends(cursor)]
"""Query parameter ``after`` as the id it stands for."""
