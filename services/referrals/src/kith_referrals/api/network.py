"""Organisations and programmes: published by the network's operator, read by everybody in it."""

from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, encode_cursor
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import MEMBERS, OPERATOR
from kith_referrals.api.words import Age, Body, Code, Codes, Email, Name, OdsCode, Points, Telephone
from kith_referrals.domain.network import CrisisLine, Organisation, Programme
from kith_referrals.usecases import network as usecases

_READERS: Final = MEMBERS | OPERATOR | {"service"}
PERMISSIONS: Final = {
    "publish_organisation": OPERATOR,
    "list_organisations": _READERS,
    "get_organisation": _READERS,
    "publish_programme": OPERATOR,
    "list_programmes": _READERS,
    "get_programme": _READERS,
}

router = APIRouter(tags=["network"])


class OrganisationBody(Body):
    """An organisation as it should be. ``contact_email`` is where its notices go; nobody can read it back."""

    name: Name
    kind: Code
    ods_code: OdsCode | None = None
    contact_email: Email | None = None


class OrganisationView(BaseModel):
    """An organisation's public face."""

    id: UUID
    name: str
    kind: str
    ods_code: str | None


class CrisisLineBody(Body):
    """Whom to call in a crisis, in the programme's area."""

    name: Name
    telephone: Telephone


class ProgrammeBody(Body):
    """A programme as it should be.

    ``needs`` are asked about on its self-referral page, ``telephone`` is where people call it, and ``crisis_lines``
    stand on its pages beside 999 and NHS 111 (Samaritans, where there are none).
    """

    slug: Code
    organisation_id: UUID
    name: Name
    model: Code
    formality: Code
    minimum_age: Age | None = None
    maximum_age: Age | None = None
    checks_required: bool = True
    channels: Codes = ()
    weights: dict[Code, Points] = Field(default_factory=dict, max_length=50)
    needs: Codes = ()
    telephone: Telephone | None = None
    crisis_lines: Annotated[tuple[CrisisLineBody, ...], Field(max_length=5)] = ()

    @model_validator(mode="after")
    def _has_ages(self) -> Self:
        """Refuse limits that nobody is between."""
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            raise ValueError("maximum_age must not be below minimum_age")
        return self

    def programme(self, programme_id: UUID) -> Programme:
        """The programme as the domain has it."""
        lines = tuple(CrisisLine(line.name, line.telephone) for line in self.crisis_lines)
        return Programme(id=programme_id, **{**vars(self), "crisis_lines": lines})


class ProgrammeView(BaseModel):
    """A programme."""

    id: UUID
    slug: str
    organisation_id: UUID
    name: str
    model: str
    formality: str
    minimum_age: int | None
    maximum_age: int | None
    checks_required: bool
    channels: list[str]
    weights: dict[str, int]
    needs: list[str]
    telephone: str | None
    crisis_lines: list[CrisisLineBody]


@router.put("/organisations/{organisation_id}")
async def publish_organisation(
    organisation_id: UUID, body: OrganisationBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> OrganisationView:
    """Make or change an organisation. The body is all of it: sending it again changes nothing and needs no version."""
    organisation = Organisation(id=organisation_id, **body.model_dump())
    async with database.transaction(caller) as tx:
        await usecases.publish_organisation(tx, organisation, now=now)
        return OrganisationView.model_validate(await views.get_organisation(tx, organisation_id))


@router.get("/organisations")
async def list_organisations(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[OrganisationView]:
    """The network's organisations."""
    async with database.transaction(caller) as tx:
        rows = await views.list_organisations(tx, after=after, limit=limit)
    items = [OrganisationView.model_validate(row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(items) == limit else None)


@router.get("/organisations/{organisation_id}")
async def get_organisation(organisation_id: UUID, caller: CallerDep, database: DatabaseDep) -> OrganisationView:
    """One organisation."""
    async with database.transaction(caller) as tx:
        return OrganisationView.model_validate(await views.get_organisation(tx, organisation_id))


@router.put("/programmes/{programme_id}")
async def publish_programme(
    programme_id: UUID, body: ProgrammeBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> ProgrammeView:
    """Make or change a programme. The body is all of it: sending it again changes nothing and needs no version."""
    programme = body.programme(programme_id)
    async with database.transaction(caller) as tx:
        await usecases.publish_programme(tx, programme, now=now)
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))


@router.get("/programmes")
async def list_programmes(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ProgrammeView]:
    """What the network offers."""
    async with database.transaction(caller) as tx:
        rows = await views.list_programmes(tx, after=after, limit=limit)
    items = [ProgrammeView.model_validate(row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(items) == limit else None)


@router.get("/programmes/{programme_id}")
async def get_programme(programme_id: UUID, caller: CallerDep, database: DatabaseDep) -> ProgrammeView:
    """One programme."""
    async with database.transaction(caller) as tx:
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))
