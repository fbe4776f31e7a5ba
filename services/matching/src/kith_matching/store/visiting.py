"""Visits, kept as they are planned and as they go."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.visit import Visit, VisitNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import visits

_INSERT: Final = sa.insert(visits)
_LOCK: Final = sa.select(visits).where(visits.c.id == sa.bindparam("visit_id")).with_for_update()
_SAVE: Final = sa.update(visits).where(visits.c.id == sa.bindparam("visit_id"))
_MOVES: Final = ("checked_in_at", "checked_out_at", "cancelled_at", "version")


async def insert_visit(tx: AsyncConnection, visit: Visit) -> None:
    """Keep a planned visit."""
    await tx.execute(_INSERT, asdict(visit))


async def get_visit_for_update(tx: AsyncConnection, visit_id: UUID) -> Visit:
    """The visit, locked. Raises ``VisitNotFound``."""
    row = (await tx.execute(_LOCK, {"visit_id": visit_id})).one_or_none()
    if row is None:
        raise VisitNotFound
    return Visit(**values_of(row))


async def save_visit(tx: AsyncConnection, visit: Visit) -> None:
    """Keep how a visit goes."""
    await tx.execute(_SAVE, {"visit_id": visit.id, **{name: getattr(visit, name) for name in _MOVES}})
