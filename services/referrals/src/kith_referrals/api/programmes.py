"""Programmes: published by the network's operator, on a definition or without, read by everybody in the network."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.programmes import Definition
from kith_referrals import views
from kith_referrals.api.asking import ADMINISTRATOR, OPERATOR, READERS, in_organisation
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
    Points,
    Telephone,
    Url,
    with_entry,
)
from kith_referrals.domain.definitions import Asked
from kith_referrals.domain.directory import stale_before
from kith_referrals.domain.network import Capacity, CrisisLine, Programme, ProgrammeEntry, Standing
from kith_referrals.domain.promises import ATTEMPTS
from kith_referrals.usecases import network as usecases

PERMISSIONS: Final = {
    "publish_programme": OPERATOR,
    "list_programmes": READERS,
    "list_stale_programmes": ADMINISTRATOR | OPERATOR,
    "get_programme": READERS,
    "get_definition": READERS,
    "confirm_programme": ADMINISTRATOR,
}

router = APIRouter(tags=["network"])


class CrisisLineBody(Body):
    """Whom to call in a crisis, in the programme's area."""

    name: Name
    telephone: Telephone


_NAMED: Final = ("slug", "name", "model", "formality")
"""What every programme says of itself, here or in its definition."""
_DEFINED: Final = frozenset(
    {"name", "model", "formality", "minimum_age", "maximum_age", "checks_required", "channels", "weights"}
    | {"description", "needs", "conditions", "referrable"}
)
"""What a definition says, so that it is not said beside it."""


def _as_defined(said: Definition) -> dict[str, Any]:
    """What a definition says of what every programme says."""
    return {
        "name": said.name,
        "model": said.models[0],
        "formality": said.formality,
        "minimum_age": said.who.minimum_age,
        "maximum_age": said.who.maximum_age,
        "checks_required": bool(said.supporters.checks),
        "channels": said.support.channels,
        "weights": said.matching.weights if said.matching else {},
        "description": said.description,
        "needs": said.who.needs,
        "conditions": said.who.conditions,
        "referrable": said.who.referrable,
        "sites": said.site_codes,
    }


class ProgrammeBody(Body):
    """A programme as it should be, by a ``definition`` or without.

    With one, what it says is not said beside it: name, model, formality, ages, checks, channels, weights, description,
    needs, conditions, and whether anybody is referred. ``slug`` may differ, because two organisations may offer the
    same. ``approvals`` is how many of those whose file it is have said yes. Where a definition is in force, the next
    body says something about it too: the same, another, or null, which takes it off.

    ``url``, ``email``, ``telephone`` and ``assurer_email`` are public. ``assured_on`` is the day (Europe/London) on
    which somebody last confirmed the entry; an earlier day than the kept one changes nothing.
    ``needs`` are asked about on its self-referral page, and ``crisis_lines`` stand on its pages beside 999 and NHS 111
    (Samaritans, where there are none). ``promised_wait_days`` (of the calendar) is the longest that anybody waits for a
    match; ``contact_attempts`` on how many days it tries to reach a person before it gives up.
    """

    slug: Code | None = None
    organisation_id: UUID
    name: Name | None = None
    model: Code | None = None
    formality: Code | None = None
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
    referrable: bool = True
    definition: Definition | None = None
    approvals: Annotated[int, Field(ge=0, le=20)] = 0

    def programme(self, programme_id: UUID) -> Programme:
        """The programme as the domain has it."""
        values = self.model_dump(exclude={"definition", "approvals"})
        if self.definition is not None:
            values |= _as_defined(self.definition) | {"slug": self.slug or self.definition.slug}
        values["crisis_lines"] = tuple(CrisisLine(line.name, line.telephone) for line in self.crisis_lines)
        return Programme(id=programme_id, **with_entry(values, ProgrammeEntry))

    def asked(self) -> Asked | None:
        """The definition that is to be applied, if any."""
        if self.definition is None:
            return None
        approval = self.definition.approval
        return Asked(
            self.definition.model_dump(mode="json"),
            whose=approval.by if approval else None,
            needed=approval.needed if approval else 0,
            approvals=self.approvals,
        )

    @property
    def takes_definition_off(self) -> bool:
        """Whether it says that there is to be no definition, rather than nothing about it."""
        return "definition" in self.model_fields_set and self.definition is None

    @model_validator(mode="after")
    def _says_everything_once(self) -> Self:
        """Refuse what is not said at all, and what is said beside the definition that says it."""
        if self.definition is None:
            missing = [name for name in _NAMED if getattr(self, name) is None]
            if missing:
                raise ValueError(f"{', '.join(missing)} must be given where no definition is")
        elif twice := sorted(_DEFINED & self.model_fields_set):
            raise ValueError(f"the definition says {', '.join(twice)}: take that out beside it")
        return self

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        """Refuse a wait where there is no list to wait on, and limits that nobody is between."""
        if self.expected_wait_days is not None and self.capacity is not Capacity.WAITING_LIST:
            raise ValueError("expected_wait_days belongs to the capacity waiting-list")
        if self.minimum_age is not None and self.maximum_age is not None and self.minimum_age > self.maximum_age:
            raise ValueError("maximum_age must not be below minimum_age")
        return self


class ProgrammeView(BaseModel):
    """A programme. ``definition_version`` is that of the definition in force, 0 where there is none.

    ``sites`` are those of its definition, as codes that a referral may name.

    ``first_session_days`` is how long half of the people waited at most, from the day on which they were referred to
    their first session, over the last 365 days; null where fewer than ten are known. So many per cent of its active
    supporters have valid checks (``checks_current``), are supervised in its rhythm (``supervision_on_time``), hold all
    its trainings (``training_held``); null of fewer than 25, and of what it does not ask for.
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
    referrable: bool
    definition_version: int
    sites: list[str]
    first_session_days: int | None
    checks_current: int | None
    supervision_on_time: int | None
    training_held: int | None
    modified_at: datetime


class DefinitionView(BaseModel):
    """A version of a programme's definition. ``approvals`` is how many of those whose file it is had said yes."""

    programme_id: UUID
    version: int
    applied_at: datetime
    approvals: int
    definition: Definition


@router.put("/programmes/{programme_id}")
async def publish_programme(
    programme_id: UUID, body: ProgrammeBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> ProgrammeView:
    """Make or change a programme. The body is all of it: sending it again changes nothing and needs no version."""
    async with database.transaction(caller) as tx:
        await usecases.publish_programme(
            tx, body.programme(programme_id), body.asked(), taken_off=body.takes_definition_off, now=now
        )
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


@router.get("/programmes/{programme_id}/definition")
async def get_definition(
    programme_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    version: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
) -> DefinitionView:
    """The definition in force, or the one of a version: what it says as JSON, as `kith programmes diff` compares it."""
    async with database.transaction(caller) as tx:
        row = await views.get_definition(tx, programme_id, version=version)
    return DefinitionView.model_validate({**row, "definition": row["document"]})


@router.post("/programmes/{programme_id}/assurance")
async def confirm_programme(programme_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> ProgrammeView:
    """Confirm today that the programme's entry is true: for the organisation that owns it.

    Sending it again on the same day changes nothing, so it needs neither a key nor a version.
    """
    member, by = in_organisation(caller)
    async with database.transaction(member) as tx:
        await usecases.confirm_programme(tx, programme_id, by=by, now=now)
        return ProgrammeView.model_validate(await views.get_programme(tx, programme_id))
