"""Requests of people who asked what is known of them: kept, listed and closed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.subject_access import Outcome, Request
from kith_referrals.tables.rights import subject_access_requests as requests

_ONE: Final = sa.bindparam("request_id", type_=sa.Uuid)
_ADD: Final = sa.insert(requests)
_FIND: Final = sa.select(requests).where(requests.c.id == _ONE)
_LOCKED: Final = _FIND.with_for_update()
_SAVE: Final = (
    sa.update(requests)
    .where(requests.c.id == _ONE)
    .values({name: sa.bindparam(f"new_{name}") for name in ("version", "closed_on", "outcome")})
)


async def add_request(tx: AsyncConnection, request: Request) -> None:
    """Keep a new request."""
    await tx.execute(_ADD, asdict(request))


async def get_request(tx: AsyncConnection, request_id: UUID) -> Request:
    """The request. Raises ``NotFound``."""
    return _one((await tx.execute(_FIND, {"request_id": request_id})).mappings().one_or_none())


async def get_request_for_update(tx: AsyncConnection, request_id: UUID, *, version: int) -> Request:
    """The request, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    request = _one((await tx.execute(_LOCKED, {"request_id": request_id})).mappings().one_or_none())
    check_version(request.version, version, "request")
    return request


async def save_request(tx: AsyncConnection, request: Request) -> None:
    """Keep how the request ended."""
    changed = {f"new_{name}": getattr(request, name) for name in ("version", "closed_on", "outcome")}
    await tx.execute(_SAVE, {"request_id": request.id, **changed})


def _one(row: Mapping[Any, Any] | None) -> Request:
    if row is None:
        raise NotFound
    return Request(**{**row, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})
