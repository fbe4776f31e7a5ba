"""SQL for concerns: whose answer is awaited, and when the next in line is told."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_notifications.domain.concern import Concern, Unanswered
from kith_notifications.store.arrays import IDS, as_arrays, as_rows
from kith_notifications.tables import concerns

BATCH: Final = 100
"""Concerns that are passed on in one transaction; the others follow at the next tick."""

_NAMES: Final = tuple(field.name for field in fields(Concern))
_COLUMNS: Final = tuple(concerns.c[name] for name in _NAMES)
_GIVEN: Final = as_rows(*_COLUMNS)
_NEW: Final = insert(concerns).from_select(list(_NAMES), sa.select(_GIVEN)).on_conflict_do_nothing()
_SAVE: Final = (
    sa.update(concerns)
    .where(concerns.c.id == _GIVEN.c.id)
    .values({name: _GIVEN.c[name] for name in ("awaits", "passed_on", "next_at")})
)
_LOCK: Final = sa.select(*_COLUMNS).where(concerns.c.id == IDS).order_by(concerns.c.id).with_for_update()
_DUE: Final = (
    sa.select(*_COLUMNS)
    .where(concerns.c.next_at <= sa.bindparam("now", type_=concerns.c.next_at.type))
    .order_by(concerns.c.next_at)
    .limit(BATCH)
    .with_for_update()
)


async def add_concerns(tx: AsyncConnection, new: Sequence[Concern]) -> None:
    """Keep concerns that were heard of, unless they were before."""
    if new:
        await tx.execute(_NEW, _arrays(new))


async def get_concerns_for_update(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Concern]:
    """Those of the concerns that were heard of, locked in the order of their ids."""
    if not ids:
        return {}
    return {row.id: _concern(row) for row in await tx.execute(_LOCK, {"ids": sorted(ids)})}


async def list_due_for_update(tx: AsyncConnection, now: datetime) -> list[Concern]:
    """Concerns that are to be passed on now, the longest due first; locked."""
    return [_concern(row) for row in await tx.execute(_DUE, {"now": now})]


async def save_concerns(tx: AsyncConnection, changed: Sequence[Concern]) -> None:
    """Write back whose answer is awaited, and until when."""
    if changed:
        await tx.execute(_SAVE, _arrays(changed))


def _arrays(of: Sequence[Concern]) -> dict[str, list[Any]]:
    return as_arrays([[getattr(one, name) for name in _NAMES] for one in of], *_COLUMNS)


def _concern(row: Any) -> Concern:
    values = {name: getattr(row, name) for name in _NAMES}
    return Concern(**{**values, "awaits": Unanswered(row.awaits) if row.awaits else None})
