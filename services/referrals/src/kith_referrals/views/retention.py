"""The queue of records whose time is over. Read-only."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.tables.rights import retention_reviews

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_OPEN: Final = (
    sa.select(retention_reviews)
    .where(retention_reviews.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid))
    .where(retention_reviews.c.decision.is_(None))
    .where(sa.or_(_AFTER.is_(None), retention_reviews.c.id > _AFTER))
    .order_by(retention_reviews.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def list_reviews(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """The organisation's records that wait for a decision, those that came first first."""
    asked = {"organisation_id": organisation_id, "after": after, "limit": limit}
    return [dict(row) for row in (await tx.execute(_OPEN, asked)).mappings()]
