"""What went wrong in an organisation, in codes: never in words."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry
from kith_matching.tables import incidents
from kith_matching.views.reading import Found, get_list, paged

_CODES: Final = tuple(column for column in incidents.c if column.name != "sealed_words")
_ALL: Final = paged(incidents, sa.select(*_CODES))
_OPEN: Final = paged(incidents, sa.select(*_CODES).where(incidents.c.closed_on.is_(None)))


async def list_incidents(
    tx: AsyncConnection, organisation_id: UUID, *, open_only: bool, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's incidents, the first logged first; or those that nobody has closed."""
    page: dict[str, Any] = {"after": after, "limit": limit}
    listed = Entry("incidents-listed", "organisation", organisation_id)
    return await get_list(tx, _OPEN if open_only else _ALL, listed, page, now)
