"""Trainings of supporters, and of those who work for an organisation."""

from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.training import TrainingRecord
from kith_matching.usecases import qualifying as usecases
from kith_matching.views import qualifying as views

router = APIRouter(tags=["training"])

Subject = Annotated[
    str,
    Path(
        min_length=1,
        max_length=255,
        pattern=r"^[!-.0-?A-~]+$",
        description="The issuer's opaque id of somebody, without spaces, / or @: never a name or an address.",
    ),
]
Credits = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,60}$")]


class TrainingAsked(BaseModel):
    """A training that was finished. ``valid_until`` is its last day, if it says one; days are in Europe/London.

    ``credits`` are what it counts for elsewhere, for example ``NVQ Level 2``; ``placement_weeks`` those that were done.
    """

    model_config = ConfigDict(extra="forbid")

    code: Code
    finished_on: date
    valid_until: date | None = None
    credits: Credits | None = None
    placement_weeks: Annotated[int, Field(ge=0, le=520)] | None = None


class TrainingShown(TrainingAsked):
    """A training as it was recorded, of a supporter or (``subject``) of somebody who works for the organisation."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    supporter_id: UUID | None
    subject: str | None


@router.post(
    "/supporters/{supporter_id}/trainings",
    status_code=201,
    response_model=TrainingShown,
    responses={201: leads_to(["list_trainings"], supporter_id="supporter_id")},
)
async def record_training(
    supporter_id: UUID, asked: TrainingAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Record a training that a supporter has finished. One that is renewed is recorded again."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        training = TrainingRecord(
            id=clock.new_id(), organisation_id=organisation_id, supporter_id=supporter_id, **dict(asked)
        )
        kept = await usecases.record_training(tx, training, now=now)
        return Created(f"/supporters/{supporter_id}/trainings", TrainingShown.model_validate(kept))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/trainings")
async def list_trainings(
    supporter_id: UUID,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[TrainingShown]:
    """A supporter's trainings, in the order in which they were recorded."""
    async with database.transaction(caller) as tx:
        found = await views.list_trainings(tx, supporter_id, after=after, limit=limit, now=now)
    return page_of([TrainingShown.model_validate(one) for one in found], limit)


@router.post(
    "/staff/{subject}/trainings",
    status_code=201,
    response_model=TrainingShown,
    responses={201: leads_to(["list_staff_trainings"], subject="subject")},
)
async def record_staff_training(
    subject: Subject, asked: TrainingAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Record a training of somebody who works for the organisation (LTC: staff and commissioners are trained too)."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        training = TrainingRecord(id=clock.new_id(), organisation_id=organisation_id, subject=subject, **dict(asked))
        kept = await usecases.record_training(tx, training, now=now)
        return Created(f"/staff/{quote(subject, safe='')}/trainings", TrainingShown.model_validate(kept))

    return await create(request, caller, work)


@router.get("/staff/{subject}/trainings")
async def list_staff_trainings(
    subject: Subject,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[TrainingShown]:
    """The trainings of somebody who works for the organisation, in the order in which they were recorded."""
    async with database.transaction(caller) as tx:
        found = await views.list_staff_trainings(tx, organisation_id, subject, after=after, limit=limit, now=now)
    return page_of([TrainingShown.model_validate(one) for one in found], limit)
