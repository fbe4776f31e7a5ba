"""What was handed over."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rows import values_of
from kith_matching.tables import handovers
from kith_matching.views.reading import Found

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIST: Final = audited(
    sa.select(handovers)
    .where(
        handovers.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        sa.or_(_AFTER.is_(None), handovers.c.id > _AFTER),
    )
    .order_by(handovers.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def list_handovers(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's handovers, the first arranged first."""
    listed = noted(tx, Entry("handovers-listed", "organisation", organisation_id), now=now)
    asked = {"organisation_id": organisation_id, "after": after, "limit": limit, **listed}
    return [values_of(row) for row in await tx.execute(_LIST, asked)]
