"""Visits: a supporter's own, and those of which nobody has said in time that all is well."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.store.due import IS_OVERDUE, OVERDUE_SINCE
from kith_matching.store.supporters import get_own_organisation
from kith_matching.tables import visits
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list

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
