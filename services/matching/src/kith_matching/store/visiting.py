"""Visits, kept as they are planned and as they go."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.visit import Visit, VisitNotFound
from kith_matching.store import cancelling
from kith_matching.store.cancelling import IDS, select_coming
from kith_matching.store.due import day_of
from kith_matching.store.rows import values_of
from kith_matching.tables import visits

_INSERT: Final = sa.insert(visits)
_LOCK: Final = sa.select(visits).where(visits.c.id == sa.bindparam("visit_id")).with_for_update()
_SAVE: Final = sa.update(visits).where(visits.c.id == sa.bindparam("visit_id"))
_MOVES: Final = ("checked_in_at", "checked_out_at", "cancelled_at", "version")
_COMING: Final = select_coming(visits).where(visits.c.checked_in_at.is_(None))
_COMING_TO: Final = _COMING.where(visits.c.referral_id == IDS)
_COMING_BY: Final = _COMING.where(visits.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid))
_PREPARED: Final = sa.select(
    sa.exists().where(
        visits.c.match_id == sa.bindparam("match_id", type_=sa.Uuid),
        sa.or_(visits.c.risks_passed_on, visits.c.checked_in_at.is_not(None)),
    )
)
_OF_DAY: Final = sa.select(
    sa.exists().where(
        visits.c.match_id == sa.bindparam("match_id", type_=sa.Uuid),
        visits.c.cancelled_at.is_(None),
        day_of(visits.c.starts_at) == sa.bindparam("day", type_=sa.Date),
    )
)


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


async def list_coming_to_for_update(
    tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime
) -> list[Visit]:
    """The visits to come of these referrals, which are locked: not begun, not checked in to, not cancelled. Locked."""
    if not referral_ids:
        return []
    rows = await tx.execute(_COMING_TO, {"ids": list(referral_ids), "now": now})
    return [Visit(**values_of(row)) for row in rows]


async def list_coming_by_for_update(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> list[Visit]:
    """The same of a supporter, who is locked."""
    rows = await tx.execute(_COMING_BY, {"supporter_id": supporter_id, "now": now})
    return [Visit(**values_of(row)) for row in rows]


async def save_cancelled(tx: AsyncConnection, cancelled: Sequence[Visit]) -> None:
    """Keep that these do not take place."""
    await cancelling.save_cancelled(tx, visits, cancelled)


async def is_visit_of_day(tx: AsyncConnection, match_id: UUID, day: date) -> bool:
    """Whether a visit of the match was planned for that day (Europe/London) and not cancelled."""
    return bool((await tx.execute(_OF_DAY, {"match_id": match_id, "day": day})).scalar_one())


async def is_prepared(tx: AsyncConnection, match_id: UUID) -> bool:
    """Whether the supporter of a match was told what to know before a visit, or has been there."""
    return bool((await tx.execute(_PREPARED, {"match_id": match_id})).scalar_one())
