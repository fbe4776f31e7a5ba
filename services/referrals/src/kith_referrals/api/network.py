"""Organisations: published by the network's operator, read by everybody in it."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import OPERATOR, READERS
from kith_referrals.api.words import (
    Body,
    Code,
    Description,
    Email,
    Name,
    OdsCode,
    Reference,
    Url,
    with_entry,
)
from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.network import (
    Organisation,
    OrganisationEntry,
)
from kith_referrals.usecases import network as usecases

PERMISSIONS: Final = {
    "publish_organisation": OPERATOR,
    "list_organisations": READERS,
    "get_organisation": READERS,
}

router = APIRouter(tags=["network"])


class OrganisationBody(Body):
    """An organisation as it should be. ``contact_email`` is where its notices go; nobody can read it back.

    ``nation`` says whose bank holidays its working days leave out.
    """

    name: Name
    kind: Code
    ods_code: OdsCode | None = None
    contact_email: Email | None = None
    nation: Nation = Nation.ENGLAND
    description: Description | None = None
    url: Url | None = None
    charity_number: Reference | None = None
    charity_regulator: Regulator | None = None

    def organisation(self, organisation_id: UUID) -> Organisation:
        """The organisation as the domain has it."""
        return Organisation(id=organisation_id, **with_entry(self.model_dump(), OrganisationEntry))


class OrganisationView(BaseModel):
    """An organisation's public face."""

    id: UUID
    name: str
    kind: str
    ods_code: str | None
    nation: Nation
    description: str | None
    url: str | None
    charity_number: str | None
    charity_regulator: str | None


@router.put("/organisations/{organisation_id}")
async def publish_organisation(
    organisation_id: UUID, body: OrganisationBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> OrganisationView:
    """Make or change an organisation. The body is all of it: sending it again changes nothing and needs no version."""
    async with database.transaction(caller) as tx:
        await usecases.publish_organisation(tx, body.organisation(organisation_id), now=now)
        return OrganisationView.model_validate(await views.get_organisation(tx, organisation_id))


@router.get("/organisations")
async def list_organisations(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[OrganisationView]:
    """The network's organisations."""
    async with database.transaction(caller) as tx:
        rows = await views.list_organisations(tx, after=after, limit=limit)
    return page_of([OrganisationView.model_validate(row) for row in rows], limit)


@router.get("/organisations/{organisation_id}")
async def get_organisation(organisation_id: UUID, caller: CallerDep, database: DatabaseDep) -> OrganisationView:
    """One organisation."""
    async with database.transaction(caller) as tx:
        return OrganisationView.model_validate(await views.get_organisation(tx, organisation_id))
