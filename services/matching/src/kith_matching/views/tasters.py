"""The tasters of somebody who is referred."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.tables import contacts, tasters
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_OF_REFERRAL: Final = audited(
    sa.select(contacts)
    .join(tasters, tasters.c.contact_id == contacts.c.id)
    .where(
        tasters.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), contacts.c.id > AFTER),
    )
    .order_by(contacts.c.id)
    .limit(LIMIT)
)


async def list_tasters(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The contacts that were tasters of this referral's person, the first logged first."""
    listed = Entry("tasters-listed", "referral", referral_id)
    return await get_list(tx, _OF_REFERRAL, listed, {"after": after, "limit": limit}, now)
