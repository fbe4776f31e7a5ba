"""Reads that name somebody: answered for the moment of use, and put on the record in the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.contact import Contact
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store import contacts as store


async def read_person_contact(tx: AsyncConnection, person_id: UUID, *, purpose: str, now: datetime) -> Contact:
    """How a person is reached now. Raises ``NotFound``, and then nobody was read and nothing is recorded."""
    contact = await store.find_person_contact(tx, person_id, purpose=purpose, now=now)
    if contact is None:
        raise NotFound
    return contact


async def read_organisation_contact(
    tx: AsyncConnection, organisation_id: UUID, *, purpose: str, now: datetime
) -> Contact:
    """Where an organisation wants its notices. Raises ``NotFound``, and then nothing is recorded."""
    contact = await store.find_organisation_contact(tx, organisation_id, purpose=purpose, now=now)
    if contact is None:
        raise NotFound
    return contact
