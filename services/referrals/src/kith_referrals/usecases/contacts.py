"""Reads that name somebody: answered for the moment of use, and put on the record in the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.identity import Caller
from kith_referrals.domain.contact import Contact
from kith_referrals.domain.refusals import NotFound
from kith_referrals.store import contacts as store
from kith_referrals.store.contacts import Read


async def read_person_contact(
    tx: AsyncConnection, person_id: UUID, *, by: Caller, purpose: str, now: datetime
) -> Contact:
    """How a person is reached now. Raises ``NotFound``, and then nobody was read and nothing is recorded."""
    contact = await store.find_person_contact(tx, _read("person", person_id, by, purpose, now))
    if contact is None:
        raise NotFound
    return contact


async def read_organisation_contact(
    tx: AsyncConnection, organisation_id: UUID, *, by: Caller, purpose: str, now: datetime
) -> Contact:
    """Where an organisation wants its notices. Raises ``NotFound``, and then nothing is recorded."""
    contact = await store.find_organisation_contact(tx, _read("organisation", organisation_id, by, purpose, now))
    if contact is None:
        raise NotFound
    return contact


def _read(kind: str, read_id: UUID, by: Caller, purpose: str, now: datetime) -> Read:
    return Read(clock.new_id(), now, by.subject, by.client_id, kind, read_id, purpose)
