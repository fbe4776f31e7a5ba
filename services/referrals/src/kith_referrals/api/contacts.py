"""Names and addresses at the moment of use, for the notifications service alone. Every read is on the record."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from kith_chassis import audit
from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_referrals.domain.contact import Contact
from kith_referrals.usecases import contacts as usecases

_NOTIFICATIONS: Final = frozenset({"service:notifications"})
PERMISSIONS: Final = {"get_person_contact": _NOTIFICATIONS, "get_organisation_contact": _NOTIFICATIONS}

Purpose = Annotated[
    str,
    StringConstraints(pattern=audit.WORD, max_length=audit.LONGEST),
    Query(description="What the address is for, a code; kept on the record."),
]

router = APIRouter(prefix="/internal", tags=["internal"])


class ContactView(BaseModel):
    """A name and an address. ``may_email`` is whether mail may be sent to it now."""

    name: str
    email: str | None
    may_email: bool


@router.get("/people/{person_id}/contact")
async def get_person_contact(
    person_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, purpose: Purpose = "message"
) -> ContactView:
    """How a person is reached now. Mail is allowed while they allow it and agree to be contacted."""
    async with database.transaction(caller) as tx:
        contact = await usecases.read_person_contact(tx, person_id, purpose=purpose, now=now)
    return _view(contact)


@router.get("/organisations/{organisation_id}/contact")
async def get_organisation_contact(
    organisation_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, purpose: Purpose = "message"
) -> ContactView:
    """Where an organisation wants its notices."""
    async with database.transaction(caller) as tx:
        contact = await usecases.read_organisation_contact(tx, organisation_id, purpose=purpose, now=now)
    return _view(contact)


def _view(contact: Contact) -> ContactView:
    return ContactView(name=contact.name, email=contact.email, may_email=contact.may_email)
