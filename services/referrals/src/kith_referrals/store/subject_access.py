"""Requests of people who asked what is known of them: kept, extended, waiting and closed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.subject_access import Awaited, Outcome, Reason, Request, Wait
from kith_referrals.tables.rights import subject_access_requests as requests

_ONE: Final = sa.bindparam("request_id", type_=sa.Uuid)
_ADD: Final = sa.insert(requests)
_FIND: Final = sa.select(requests).where(requests.c.id == _ONE)
_LOCKED: Final = _FIND.with_for_update()
_KEPT: Final = {"id", "person_id", "organisation_id", "asked_on", "opened_by"}
_CODES: Final = {"outcome": Outcome, "extended_for": Reason, "waiting_for": Awaited}
_SAVE: Final = (
    sa.update(requests)
    .where(requests.c.id == _ONE)
    .values({one.name: sa.bindparam(f"new_{one.name}") for one in requests.columns if one.name not in _KEPT})
)


async def add_request(tx: AsyncConnection, request: Request) -> None:
    """Keep a new request."""
    await tx.execute(_ADD, _row(request))


async def get_request(tx: AsyncConnection, request_id: UUID) -> Request:
    """The request. Raises ``NotFound``."""
    return _found((await tx.execute(_FIND, {"request_id": request_id})).mappings().one_or_none())


async def get_request_for_update(tx: AsyncConnection, request_id: UUID, *, version: int) -> Request:
    """The request, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    request = _found((await tx.execute(_LOCKED, {"request_id": request_id})).mappings().one_or_none())
    check_version(request.version, version, "request")
    return request


async def save_request(tx: AsyncConnection, request: Request) -> None:
    """Keep the request as it now is: who asked whom, and when, stays as it was."""
    changed = {f"new_{name}": value for name, value in _row(request).items() if name not in _KEPT}
    await tx.execute(_SAVE, {"request_id": request.id, **changed})


def request_of(row: Mapping[Any, Any]) -> Request:
    """The request that a row holds."""
    values = dict(row)
    values["runs_until"] = values.pop("due_on")
    values["waits"] = tuple(_wait_of(one) for one in row["waits"])
    for name, codes in _CODES.items():
        values[name] = codes(row[name]) if row[name] else None
    return Request(**values)


def _found(row: Mapping[Any, Any] | None) -> Request:
    if row is None:
        raise NotFound
    return request_of(row)


def _row(request: Request) -> dict[str, Any]:
    values = asdict(request)
    values["due_on"] = values.pop("runs_until")
    values["waits"] = [
        {"for": one.awaited.value, "asked_on": str(one.asked_on), "answered_on": str(one.answered_on)}
        for one in request.waits
    ]
    return values


def _wait_of(one: Mapping[str, str]) -> Wait:
    return Wait(Awaited(one["for"]), date.fromisoformat(one["asked_on"]), date.fromisoformat(one["answered_on"]))
