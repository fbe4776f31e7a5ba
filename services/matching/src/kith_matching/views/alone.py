"""Whom nobody could take, as a coordinator sees them. Whoever does not wait any more is left out at once."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rounds import WAITS
from kith_matching.store.rows import values_of
from kith_matching.tables import programmes, referrals, unplaceable

_AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
_LIST: Final = audited(
    sa.select(
        referrals.c.id,
        referrals.c.programme_id,
        programmes.c.name.label("programme_name"),
        referrals.c.received_on,
        unplaceable.c.since.label("nobody_since"),
        unplaceable.c.rules.label("blocking"),
        unplaceable.c.would_change,
        unplaceable.c.supporters,
    )
    .select_from(unplaceable)
    .join(referrals, referrals.c.id == unplaceable.c.referral_id)
    .outerjoin(programmes, programmes.c.id == unplaceable.c.programme_id)
    .where(
        unplaceable.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid),
        sa.or_(_AFTER.is_(None), unplaceable.c.referral_id > _AFTER),
        WAITS,
    )
    .order_by(unplaceable.c.referral_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def list_unplaceable(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[dict[str, Any]]:
    """Those of the organisation whom nobody could take when they were last looked at, the oldest referral first."""
    listed = Entry("unplaceable-listed", "organisation", organisation_id)
    asked = {"organisation_id": organisation_id, "after": after, "limit": limit, **noted(tx, listed, now=now)}
    return [values_of(row) for row in await tx.execute(_LIST, asked)]
