"""Visits: an organisation's, a supporter's own, and those of which nobody has said in time that all is well."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.visit import Stage
from kith_matching.store.due import IS_OVERDUE, OVERDUE_SINCE
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import visits
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, paged

_IS: Final[Mapping[Stage, sa.ColumnElement[bool]]] = {
    Stage.PLANNED: sa.and_(visits.c.checked_in_at.is_(None), visits.c.cancelled_at.is_(None)),
    Stage.GOING_ON: sa.and_(visits.c.checked_in_at.is_not(None), visits.c.checked_out_at.is_(None)),
    Stage.OVER: sa.or_(visits.c.checked_out_at.is_not(None), visits.c.cancelled_at.is_not(None)),
}
_OF_STAGE: Final = {stage: paged(visits, sa.select(visits).where(is_so)) for stage, is_so in _IS.items()}
"""A statement for each, so that each walks the index of its own visits (decision 0022)."""
_OVERDUE: Final = audited(
    sa.select(visits, OVERDUE_SINCE.label("overdue_since"))
    .where(visits.c.organisation_id == ORGANISATION, IS_OVERDUE, sa.or_(AFTER.is_(None), visits.c.id > AFTER))
    .order_by(visits.c.id)
    .limit(LIMIT)
)
_OWN: Final = audited(
    sa.select(visits)
    .where(
        visits.c.supporter_id == sa.bindparam("supporter_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), visits.c.id > AFTER),
    )
    .order_by(visits.c.id)
    .limit(LIMIT)
)


async def list_visits(
    tx: AsyncConnection, organisation_id: UUID, stage: Stage, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's visits that are so far, the first planned first."""
    listed = Entry("visits-listed", "organisation", organisation_id, (stage,))
    return await get_list(tx, _OF_STAGE[stage], listed, {"after": after, "limit": limit}, now)


async def list_overdue(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's visits to which nobody checked in, or out of, in time."""
    page: dict[str, Any] = {"after": after, "limit": limit, "now": now}
    return await get_list(tx, _OVERDUE, Entry("overdue-visits-listed", "organisation", organisation_id), page, now)


async def list_own(
    tx: AsyncConnection, supporter_id: UUID, subject: str, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The supporter's visits, the first planned first. Raises ``SupporterNotFound`` for anybody else."""
    await get_own_organisation(tx, supporter_id, subject)
    listed = Entry("own-visits-listed", "supporter", supporter_id)
    return await get_list(tx, _OWN, listed, {"after": after, "limit": limit}, now)
