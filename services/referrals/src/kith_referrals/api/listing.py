"""How the directory answers: for any web page, with an ETag; a list in pages, or streamed whole, a line each."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kith_referrals.api.hsds import Contents

HEADERS: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
"""Any web page may read the directory (Open Referral UK, *Security*), and keep what it read for five minutes."""
AT_A_TIME: Final = 200
"""Lines of a stream that are read in one transaction: a slow reader keeps none open."""
USUAL: Final = 50
MOST: Final = 100

Some = Callable[[UUID | None], Awaitable[Sequence[Any]]]
"""Gives the things that follow an id, at most ``AT_A_TIME``, in order of id."""


class Listing(BaseModel):
    """Which part of a list is asked for, and in which form."""

    search: str = Field(default="", description="Words to find; the last may be the beginning of one.")
    page: Annotated[int, Field(ge=1, le=10**9, description="Which page; the first is 1.")] = 1
    per_page: Annotated[int | None, Field(ge=1, le=MOST, description=f"How many on a page; {USUAL} by default.")] = None
    format: Annotated[
        Literal["json", "ndjson"], Field(description="`ndjson` gives all of it without pages, a line each.")
    ] = "json"

    @property
    def size(self) -> int:
        """How many on a page."""
        return self.per_page or USUAL


def contents(items: Sequence[Any], *, total: int, page: int, size: int) -> Contents[Any]:
    """One page of a list of ``total``; past the last page there is nothing, and that is an answer too."""
    pages = -(-total // size)
    return Contents(
        total_items=total,
        total_pages=pages,
        page_number=page,
        size=len(items),
        first_page=page == 1,
        last_page=page >= pages,
        empty=not items,
        contents=list(items),
    )


def answer(request: Request, body: BaseModel | dict[str, Any]) -> Response:
    """The body, or 304 where the reader has it already (RFC 9110 section 13.1.2)."""
    told = body.model_dump_json(exclude_none=True) if isinstance(body, BaseModel) else json.dumps(body)
    tag = f'"{sha256(told.encode()).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag}
    had = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    if had & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(told, headers=headers, media_type="application/json")


async def stream(some: Some) -> StreamingResponse:
    """All there is, a line each. The first of it is read before the answer begins, so that a fault can be told."""
    first = await some(None)
    return StreamingResponse(_lines(first, some), headers=HEADERS, media_type="application/x-ndjson")


async def _lines(found: Sequence[Any], some: Some) -> AsyncIterator[str]:
    while found:
        yield "".join(f"{one.model_dump_json(exclude_none=True)}\n" for one in found)
        found = await some(found[-1].id) if len(found) == AT_A_TIME else ()
