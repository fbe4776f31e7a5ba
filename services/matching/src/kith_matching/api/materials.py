"""Materials: what programmes give to read, by edition, and who has which."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import OrganisationDep, SpeakerDep
from kith_matching.domain.material import Giving, Material
from kith_matching.usecases import materials
from kith_matching.views import materials as views

router = APIRouter(tags=["materials"])

Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s@]+$", max_length=500)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class MaterialAsked(BaseModel):
    """Something that a programme gives, or another edition of it. It holds from ``since`` on (Europe/London).

    Kith keeps no file: say where it is, or its SHA-256, or both.
    """

    model_config = ConfigDict(extra="forbid")

    code: Code
    since: date
    link: Link | None = None
    digest: Digest | None = None


class MaterialIssued(BaseModel):
    """One edition, and the one that it replaces."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: UUID
    code: str
    edition: int
    since: date
    link: str | None
    digest: str | None
    replaces: UUID | None


class MaterialShown(MaterialIssued):
    """With the day from which the next edition holds."""

    replaced_on: date | None


class GivingAsked(BaseModel):
    """To whom an edition was given, on a day in Europe/London."""

    model_config = ConfigDict(extra="forbid")

    to: Literal["group", "supporter"]
    id: UUID
    given_on: date


class GivingKept(BaseModel):
    """That somebody was given an edition."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    material_id: UUID
    group_id: UUID | None
    supporter_id: UUID | None
    given_on: date


class GivingShown(GivingKept):
    """With what it was; and ``replaced_on``, from which day on they hold one that is out of date."""

    code: str
    edition: int
    replaced_on: date | None


@router.post(
    "/programmes/{programme_id}/materials",
    status_code=201,
    response_model=MaterialIssued,
    responses={201: leads_to(["give_material"], material_id="id")},
)
async def issue_material(
    programme_id: UUID, asked: MaterialAsked, request: Request, *, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Issue an edition: the first of its code in this programme, or the one after the last."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        material = Material(clock.new_id(), programme_id, organisation_id, **dict(asked))
        issued = await materials.issue_material(tx, material, now=now)
        return Created(f"/programmes/{programme_id}/materials", MaterialIssued.model_validate(issued))

    return await create(request, caller, work)


@router.get("/programmes/{programme_id}/materials")
async def list_materials(
    *,
    programme_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MaterialShown]:
    """All editions of what the programme gives, the first issued first."""
    async with database.transaction(caller) as tx:
        found = await views.list_materials(tx, programme_id, after=after, limit=limit, now=now)
    return page_of([MaterialShown.model_validate(one) for one in found], limit)


@router.post("/materials/{material_id}/givings", status_code=201, response_model=GivingKept)
async def give_material(
    material_id: UUID, asked: GivingAsked, request: Request, *, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Say that a group or a supporter was given this edition."""
    to = {f"{asked.to}_id": asked.id}
    give = materials.give_to_group if asked.to == "group" else materials.give_to_supporter

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        giving = Giving(clock.new_id(), material_id, organisation_id, asked.given_on, **to)
        given = await give(tx, giving, asked.id, now=now)
        return Created(f"/{asked.to}s/{asked.id}/materials", GivingKept.model_validate(given))

    return await create(request, caller, work)


@router.get("/groups/{group_id}/materials")
async def list_group_materials(
    *,
    group_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[GivingShown]:
    """What the group was given, the first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_given_to_group(tx, group_id, after=after, limit=limit, now=now)
    return page_of([GivingShown.model_validate(one) for one in found], limit)


@router.get("/supporters/{supporter_id}/materials")
async def list_supporter_materials(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[GivingShown]:
    """What the supporter was given, the first first; for themself, too."""
    async with database.transaction(caller) as tx:
        await materials.check_may_see(tx, supporter_id, speaker)
        found = await views.list_given_to_supporter(tx, supporter_id, after=after, limit=limit, now=now)
    return page_of([GivingShown.model_validate(one) for one in found], limit)
