"""Organisations and programmes: published by the network's operator, read by everybody in it."""

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import ADMINISTRATOR, MEMBERS, OPERATOR, in_organisation
from kith_referrals.api.words import (
    Age,
    Attempts,
    Body,
    Code,
    Codes,
    Days,
    Description,
    Districts,
    Email,
    Line,
    Name,
    OdsCode,
    Points,
    Reference,
    Telephone,
    Url,
)
from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.directory import stale_before
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.network import (
    Capacity,
    CrisisLine,
    Organisation,
    OrganisationEntry,
    Programme,
    ProgrammeEntry,
    Standing,
)
from kith_referrals.domain.promises import ATTEMPTS
from kith_referrals.usecases import network as usecases

_READERS: Final = MEMBERS | OPERATOR | {"service"}
PERMISSIONS: Final = {
    "publish_organisation": OPERATOR,
    "list_organisations": _READERS,
    "get_organisation": _READERS,
    "publish_programme": OPERATOR,
    "list_programmes": _READERS,
    "list_stale_programmes": ADMINISTRATOR | OPERATOR,
    "get_programme": _READERS,
    "confirm_programme": ADMINISTRATOR,
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
        return Organisation(id=organisation_id, **_with_entry(self, OrganisationEntry))


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


class CrisisLineBody(Body):
    """Whom to call in a crisis, in the programme's area."""

    name: Name
    telephone: Telephone


class ProgrammeBody(Body):
    """A programme as it should be.

    ``url``, ``email``, ``telephone`` and ``assurer_email`` are public. ``assured_on`` is the day (Europe/London) on
    which somebody last confirmed the entry; an earlier day than the kept one changes nothing.
    ``needs`` are asked about on its self-referral page, and ``crisis_lines`` stand on its pages beside 999 and NHS 111
    (Samaritans, where there are none). ``promised_wait_days`` (of the calendar) is the longest that anybody waits for a
    match; ``contact_attempts`` on how many days it tries to reach a person before it gives up.
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
    description: Description | None = None
    url: Url | None = None
    email: Email | None = None
    telephone: Telephone | None = None
    status: Standing = Standing.ACTIVE
    needs: Codes = ()
    conditions: Codes = ()
    districts: Districts = ()
    opens: Line | None = None
    capacity: Capacity = Capacity.OPEN
    expected_wait_days: Days | None = None
    assured_on: date | None = None
    assurer_email: Email | None = None
    crisis_lines: Annotated[tuple[CrisisLineBody, ...], Field(max_length=5)] = ()
    promised_wait_days: Days | None = None
    contact_attempts: Attempts = ATTEMPTS

    def programme(self, programme_id: UUID) -> Programme:
        """The programme as the domain has it."""
        lines = tuple(CrisisLine(line.name, line.telephone) for line in self.crisis_lines)
        made = Programme(id=programme_id, **_with_entry(self, ProgrammeEntry))
        return replace(made, entry=replace(made.entry, crisis_lines=lines))

    @model_validator(mode="after")
    def _waits_on_a_list(self) -> Self:
        """Refuse a wait where there is no list to wait on."""
        if self.expected_wait_days is not None and self.capacity is not Capacity.WAITING_LIST:
            raise ValueError("expected_wait_days belongs to the capacity waiting-list")
        return self

    @model_validator(mode="after")
    def _has_ages(self) -> Self:
        """Refuse limits that nobody is between."""
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            raise ValueError("maximum_age must not be below minimum_age")
        return self


class ProgrammeView(BaseModel):
    """A programme.

    ``first_session_days`` is how long half of the people waited at most, from the day on which they were referred to
    their first session, over the last 365 days; null where fewer than ten are known. ``checks_current`` says of
    how many per cent of its active supporters the checks are valid; null of fewer than 25, and where it asks for none.
    """

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
    description: str | None
    url: str | None
    email: str | None
    telephone: str | None
    status: Standing
    needs: list[str]
    conditions: list[str]
    districts: list[str]
    opens: str | None
    capacity: Capacity
    expected_wait_days: int | None
    assured_on: date | None
    assurer_email: str | None
    crisis_lines: list[CrisisLineBody]
    promised_wait_days: int | None
    contact_attempts: int
    first_session_days: int | None
    checks_current: int | None
    modified_at: datetime


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


@router.put("/programmes/{programme_id}")
async def publish_programme(
    programme_id: UUID, body: ProgrammeBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> ProgrammeView:
    """Make or change a programme. The body is all of it: sending it again changes nothing and needs no version."""
    async with database.transaction(caller) as tx:
        await usecases.publish_programme(tx, body.programme(programme_id), now=now)
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))


@router.get("/programmes")
async def list_programmes(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ProgrammeView]:
    """What the network offers."""
    async with database.transaction(caller) as tx:
        rows = await views.list_programmes(tx, after=after, limit=limit)
    return page_of([ProgrammeView.model_validate(row) for row in rows], limit)


@router.get("/programmes/stale")
async def list_stale_programmes(
    *, caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ProgrammeView]:
    """Programmes whose entry nobody confirmed for six months: of the caller's organisation; for an operator, all."""
    asking, organisation_id = in_organisation(caller) if caller.roles.isdisjoint(OPERATOR) else (caller, None)
    before = stale_before(clock.today(now))
    async with database.transaction(asking) as tx:
        rows = await views.list_stale_programmes(tx, asking=organisation_id, before=before, after=after, limit=limit)
    return page_of([ProgrammeView.model_validate(row) for row in rows], limit)


@router.get("/programmes/{programme_id}")
async def get_programme(programme_id: UUID, caller: CallerDep, database: DatabaseDep) -> ProgrammeView:
    """One programme."""
    async with database.transaction(caller) as tx:
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))


@router.post("/programmes/{programme_id}/assurance")
async def confirm_programme(programme_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> ProgrammeView:
    """Confirm today that the programme's entry is true: for the organisation that owns it.

    Sending it again on the same day changes nothing, so it needs neither a key nor a version.
    """
    member, by = in_organisation(caller)
    async with database.transaction(member) as tx:
        await usecases.confirm_programme(tx, programme_id, by=by, now=now)
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))


def _with_entry(body: Body, entry: type[OrganisationEntry | ProgrammeEntry]) -> dict[str, Any]:
    """The body's values, those of the directory's entry put together."""
    values = body.model_dump()
    return {"entry": entry(**{field.name: values.pop(field.name) for field in fields(entry)}), **values}
