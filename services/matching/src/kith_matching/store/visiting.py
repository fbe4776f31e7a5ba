"""Visits, kept as they are planned and as they go."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.visit import LATE_IN, LATE_OUT, Visit, VisitNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import visits
from kith_matching.tables.metadata import INSTANT

AT_ONCE: Final = 100
"""Overdue visits for which concerns are raised in one transaction; the others follow at the next tick."""

_INSERT: Final = sa.insert(visits)
_LOCK: Final = sa.select(visits).where(visits.c.id == sa.bindparam("visit_id")).with_for_update()
_SAVE: Final = sa.update(visits).where(visits.c.id == sa.bindparam("visit_id"))
OVERDUE_SINCE: Final = sa.case(
    (visits.c.checked_in_at.is_(None), visits.c.starts_at + LATE_IN), else_=visits.c.ends_at + LATE_OUT
)
"""From when on somebody is looked for who has not checked in, or out."""
OVERDUE: Final = sa.and_(
    visits.c.checked_out_at.is_(None),
    visits.c.cancelled_at.is_(None),
    sa.bindparam("now", type_=INSTANT) >= OVERDUE_SINCE,
)
"""A visit goes on, or should, and nobody has said in time that all is well."""
_UNTOLD: Final = (
    sa.select(visits)
    .where(OVERDUE, visits.c.concern_id.is_(None))
    .order_by(visits.c.starts_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_MOVES: Final = ("checked_in_at", "checked_out_at", "cancelled_at", "version", "concern_id")


async def insert_visit(tx: AsyncConnection, visit: Visit) -> None:
    """Keep a planned visit."""
    await tx.execute(_INSERT, asdict(visit))


async def get_visit_for_update(tx: AsyncConnection, visit_id: UUID) -> Visit:
    """The visit, locked. Raises ``VisitNotFound``."""
    row = (await tx.execute(_LOCK, {"visit_id": visit_id})).one_or_none()
    if row is None:
        raise VisitNotFound
    return Visit(**values_of(row))


async def list_untold_for_update(tx: AsyncConnection, now: datetime) -> list[Visit]:
    """Visits in the whole network that are overdue and of which nobody was told; locked, but for those being moved."""
    return [Visit(**values_of(row)) for row in await tx.execute(_UNTOLD, {"now": now})]


async def save_visit(tx: AsyncConnection, visit: Visit) -> None:
    """Keep how a visit goes."""
    await tx.execute(_SAVE, {"visit_id": visit.id, **{name: getattr(visit, name) for name in _MOVES}})
