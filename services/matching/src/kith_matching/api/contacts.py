"""Contacts with people who are not named: logged, corrected, and void where they never were."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    NowDep,
    Page,
    PageLimit,
    create,
    etag,
    leads_to,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code, District
from kith_matching import views
from kith_matching.api.asking import Codes, OrganisationDep, SpeakerDep
from kith_matching.api.correcting import VoidAsked
from kith_matching.api.occasions import NotedAsked, NotedShown
from kith_matching.domain.occasion import Contact, ContactKind, Void
from kith_matching.usecases import occasions, voiding
from kith_matching.views import corrections

router = APIRouter(tags=["sessions and contacts"])


class ContactSaid(BaseModel):
    """An occasion with ``people`` who are not referred and not named. ``site`` is one of its programme's."""

    model_config = ConfigDict(extra="forbid")

    held_on: date
    kind: ContactKind
    people: Annotated[int, Field(ge=1, le=100_000)]
    topics: Codes = ()
    district: District | None = None
    site: Code | None = None
    supporter_id: UUID | None = None


class ContactAsked(ContactSaid, NotedAsked):
    """A contact of one programme."""

    programme_id: UUID


class ContactShown(NotedShown):
    """A contact as it was logged. ``voided_as``: why it counts for nothing."""

    id: UUID
    programme_id: UUID
    held_on: date
    kind: ContactKind
    people: int
    topics: tuple[str, ...]
    district: str | None
    site: str | None
    supporter_id: UUID | None
    version: int
    voided_as: Void | None


class ContactCorrectedShown(BaseModel):
    """What a contact was said to be until ``replaced_at`` (UTC)."""

    version: int
    held_on: date
    kind: ContactKind
    people: int
    topics: tuple[str, ...]
    district: str | None
    site: str | None
    supporter_id: UUID | None
    replaced_at: datetime


class ContactCorrections(BaseModel):
    """What was said before, the first first."""

    items: tuple[ContactCorrectedShown, ...]


@router.post(
    "/contacts",
    status_code=201,
    response_model=ContactShown,
    responses={201: leads_to(["get_contact"], contact_id="id")},
)
async def log_contact(
    asked: ContactAsked,
    request: Request,
    *,
    caller: CallerDep,
    speaker: SpeakerDep,
    organisation_id: OrganisationDep,
) -> Response:
    """Log an occasion with people who are not named: outreach, drop-in, listening, a taster.

    A supporter logs those at which they were themself.
    """

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        told = asked.model_dump(exclude=set(NotedAsked.model_fields))
        contact = Contact(id=clock.new_id(), organisation_id=organisation_id, noted=asked.noted(now), **told)
        logged = await occasions.log_contact(tx, contact, by=speaker, now=now)
        return Created(f"/contacts/{logged.id}", contact_shown(logged), logged.version)

    return await create(request, caller, work)


@router.get("/contacts")
async def list_contacts(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[ContactShown]:
    """The organisation's contacts, the first logged first."""
    async with database.transaction(caller) as tx:
        found = await views.list_contacts(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([ContactShown.model_validate(one) for one in found], limit)


@router.get(
    "/contacts/{contact_id}", responses={200: leads_to([], ["correct_contact", "void_contact"], contact_id="id")}
)
async def get_contact(
    contact_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ContactShown:
    """One contact."""
    async with database.transaction(caller) as tx:
        found = ContactShown.model_validate(await views.get_contact(tx, contact_id, now=now))
    response.headers.update(etag(found.version))
    return found


def contact_shown(contact: Contact) -> ContactShown:
    """A contact as it stands."""
    values = asdict(contact)
    return ContactShown.model_validate({**values, **values.pop("noted")})


@router.put(
    "/contacts/{contact_id}", responses={200: leads_to(["get_contact", "list_contact_corrections"], contact_id="id")}
)
async def correct_contact(
    contact_id: UUID,
    asked: ContactSaid,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> ContactShown:
    """Put right what was logged, all of it. What was said before is kept, and whoever was told is told anew."""
    async with database.transaction(caller) as tx:
        contact = await voiding.correct_contact(tx, contact_id, expected_version=expected, now=now, **dict(asked))
    response.headers.update(etag(contact.version))
    return contact_shown(contact)


@router.get("/contacts/{contact_id}/corrections")
async def list_contact_corrections(
    contact_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ContactCorrections:
    """What was said of the contact before it was corrected, or void."""
    async with database.transaction(caller) as tx:
        found = await corrections.list_contact_corrections(tx, contact_id, now=now)
    return ContactCorrections(items=tuple(ContactCorrectedShown.model_validate(one) for one in found))


@router.post("/contacts/{contact_id}/voiding", responses={200: leads_to(["get_contact"], [], contact_id="id")})
async def void_contact(
    contact_id: UUID,
    asked: VoidAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> ContactShown:
    """Make void what never was so: it counts nowhere any more."""
    async with database.transaction(caller) as tx:
        contact = await voiding.void_contact(tx, contact_id, asked.reason, expected_version=expected, now=now)
    response.headers.update(etag(contact.version))
    return contact_shown(contact)
