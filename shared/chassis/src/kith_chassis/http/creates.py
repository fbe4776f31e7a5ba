"""Creates that may be repeated: the same Idempotency-Key gets the first answer again, and the work is done once.

The header is that of the IETF's draft-ietf-httpapi-idempotency-key-header. Answers are kept for a day in the service's
own database; a body that is kept holds ids and states, and no more about people than the caller sent.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from http import HTTPStatus
from typing import Any, Final

import sqlalchemy as sa
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.connections import driver_of
from kith_chassis.database import Database, LockTaken
from kith_chassis.http.versions import etag
from kith_chassis.identity import Caller
from kith_chassis.refusals import Refusal

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
"""How long an answer is given again. After that the key is free."""

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

_BETWEEN: Final = "\x1f"
"""Stands between the parts of a caller: tokens cannot hold it, so no two callers look alike."""

_KEEP: Final = """
    insert into idempotency_keys as kept (client, route, key, body_digest, created_at, status, location, version, body)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (client, route, key) do update
    set body_digest = excluded.body_digest, created_at = excluded.created_at, status = excluded.status,
        location = excluded.location, version = excluded.version, body = excluded.body
    where kept.created_at <= $10
    returning true
"""
"""Keeps an answer. No row comes back where one is kept already; one older than a day does not count."""
_KEPT: Final = """
    select body_digest, status, location, version, body from idempotency_keys
    where client = $1 and route = $2 and key = $3 and created_at > $4
"""
_FORGET: Final = sa.text("delete from idempotency_keys where created_at <= :expired")
_FORGET_THESE: Final = sa.text(
    "delete from idempotency_keys"
    " where location = any(:locations) or substring(location from '^/[^/]+/[^/]+') = any(:locations)"
)
"""``/matches/{id}`` is a thing; what stands below it, as ``/matches/{id}/helping``, is of it."""


class KeyMissing(Refusal):
    """A create must carry a key, so that it can be sent again safely."""

    code = "idempotency-key-missing"


class KeyMalformed(Refusal):
    """The key is not 1 to 255 visible ASCII characters."""

    code = "idempotency-key-malformed"


class KeyReused(Refusal):
    """The key was used for another request."""

    code = "idempotency-key-reused"


class KeyInFlight(Refusal):
    """The first request with this key is still being done."""

    code = "idempotency-key-in-flight"


class _AnsweredBefore(Exception):  # noqa: N818 - not an error: what ends a transaction whose work was done before
    """An answer is kept already, so this work is not."""


@dataclass(frozen=True, slots=True)
class Created:
    """What a create made: where it is, what to answer, and its version where it has one."""

    location: str
    body: BaseModel
    version: int | None = None


Work = Callable[[AsyncConnection, datetime], Awaitable[Created]]
"""Makes something in the transaction, at the instant of the request (UTC)."""


@dataclass(frozen=True, slots=True)
class Nevertheless:
    """What is done although a create is refused, because somebody may come to harm if it is not.

    ``does`` it, in a transaction of its own that is committed before the refusal is answered, at the instant of the
    request (UTC): once for the Idempotency-Key and path, for a day. ``says`` it is added to what a refusal tells; only
    ``refusals``, and the chassis's own, are such: a fault is tried again.
    """

    does: Callable[[AsyncConnection, datetime], Awaitable[None]]
    says: str
    refusals: type[Exception]


async def create(request: Request, caller: Caller, work: Work, *, nevertheless: Nevertheless | None = None) -> Response:
    """Do ``work`` once for this request's Idempotency-Key, in one transaction with its answer, and answer 201.

    The key counts per caller (client, subject, organisation) and route. Sent again with the same path and body it gets
    the first answer and nothing is done: whether it came before shows when its answer is kept, and then all is rolled
    back, which spares every first request a look. So ``work`` touches nothing but the transaction. Raises
    ``KeyMissing``, ``KeyMalformed``, ``KeyReused`` and ``KeyInFlight``, and whatever ``work`` raises where no answer is
    kept; then all is rolled back and the key is free again, but what is to be done ``nevertheless`` is done.
    """
    key = request.headers.get(HEADER)
    if key is None:
        raise KeyMissing(f"Send an {HEADER} header, a new one for each new thing: then sending again is safe.")
    if not _KEY.fullmatch(key):
        raise KeyMalformed(f"The {HEADER} must be 1 to 255 visible ASCII characters.")
    now: datetime = request.app.state.now()
    expired = now - KEPT
    claim = (
        _BETWEEN.join((caller.client_id, caller.subject, str(caller.organisation_id))),
        f"{request.method} {request.scope['route'].path_format}",
        key,
    )
    digest = sha256(request.scope["path"].encode() + b"\n" + await request.body()).digest()
    database: Database = request.app.state.database
    try:
        async with database.transaction(caller, lock=_lock(claim)) as tx:
            created = await work(tx, now)
            answer = int(HTTPStatus.CREATED), created.location, created.version, created.body.model_dump_json().encode()
            await _keep(tx, *claim, digest, now, *answer, expired)
    except Exception as error:
        async with database.transaction(caller) as tx:
            kept = await driver_of(tx).fetchrow(_KEPT, *claim, expired)
        if kept is not None and kept["body_digest"] == digest:
            return _response(kept["status"], kept["location"], kept["version"], kept["body"])
        if kept is None and isinstance(error, LockTaken | _AnsweredBefore):
            raise KeyInFlight(f"The first request with this {HEADER} is still being done; ask again soon.") from None
        refusal = error if kept is None else KeyReused(f"This {HEADER} was used for another request; take a new one.")
        if nevertheless is not None and isinstance(refusal, (Refusal, nevertheless.refusals)):
            once = claim[0], f"{request.method} {request.scope['path']} nevertheless", key
            async with database.transaction(caller) as tx:
                if await driver_of(tx).fetchval(_KEEP, *once, b"", now, None, None, None, None, expired):
                    await nevertheless.does(tx, now)
            refusal.args = (f"{refusal} {nevertheless.says}",)
        if refusal is error:
            raise
        raise refusal from None
    return _response(*answer)


async def _keep(tx: AsyncConnection, *values: Any) -> None:
    if not await driver_of(tx).fetchval(_KEEP, *values):
        raise _AnsweredBefore


def _response(status: int, location: str, version: int | None, body: bytes) -> Response:
    headers = {"Location": location, **({} if version is None else etag(version))}
    return Response(body, status, headers, "application/json")


def _lock(claim: tuple[str, ...]) -> int:
    """The claim as a 64-bit number, for an advisory lock."""
    text = "\n".join(claim).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), signed=True)


async def forget_old_keys(tx: AsyncConnection, now: datetime) -> None:
    """Forget the answers that are older than a day."""
    await tx.execute(_FORGET, {"expired": now - KEPT})


async def forget_answers(tx: AsyncConnection, locations: Collection[str]) -> None:
    """Forget the answers that led to these things, or to anything below one of them; their keys are free again.

    So whoever erases somebody names each row of which something goes, and need not know what is created of it.
    """
    if locations:
        await tx.execute(_FORGET_THESE, {"locations": list(locations)})
