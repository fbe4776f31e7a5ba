"""Whose taster a contact was: the contact itself names nobody."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.occasion import Contact
from kith_matching.tables import tasters

_INSERT: Final = sa.insert(tasters)
_IS_ONE: Final = sa.select(sa.exists().where(tasters.c.contact_id == sa.bindparam("contact_id", type_=sa.Uuid)))


async def insert_taster(tx: AsyncConnection, contact: Contact, referral_id: UUID) -> None:
    """Keep whose it was. The contact is kept, and the referral locked."""
    of = {"contact_id": contact.id, "referral_id": referral_id, "organisation_id": contact.organisation_id}
    await tx.execute(_INSERT, of)


async def is_taster(tx: AsyncConnection, contact_id: UUID) -> bool:
    """Whether the contact was a taster of somebody who is referred."""
    return bool(await tx.scalar(_IS_ONE, {"contact_id": contact_id}))
