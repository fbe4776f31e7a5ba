"""What programmes' plans ask now, and who would rather not."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.measurement import Moment
from kith_matching.domain.measures_due import Asked, Said, Why
from kith_matching.usecases import measures_due
from kith_matching.views import measures_due as views

router = APIRouter(tags=["measures"])


class MeasureDueShown(BaseModel):
    """An instrument that the plan asks, of the ``person``, the ``carer`` who comes with them, or the ``supporter``."""

    instrument: str
    of: str


class MomentDueShown(BaseModel):
    """What is asked at one moment since ``due_on`` (Europe/London). A baseline is ``late`` after the second session."""

    moment: Moment
    due_on: date
    late: bool
    measures: tuple[MeasureDueShown, ...]


class MeasuresDueShown(BaseModel):
    """A match of which something is asked now, what was due longest first."""

    id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    asked: tuple[MomentDueShown, ...]


class DeclineAsked(BaseModel):
    """Who would rather not be asked at a moment that is due. Nobody has to say why; ``no-carer`` is for all moments."""

    model_config = ConfigDict(extra="forbid")

    of: Asked
    moment: Moment
    declined_on: date
    why: Why = Why.RATHER_NOT


class DeclineShown(BaseModel):
    """That somebody would rather not be asked what was due since ``due_on``. Days are days in Europe/London."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    match_id: UUID
    of: Asked
    moment: Moment
    due_on: date
    why: Why
    declined_on: date


@router.get("/measures/due")
async def list_measures_due(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[MeasuresDueShown]:
    """What the plans of the programmes ask now: at the baseline, a review, the ending, and weeks after it."""
    async with database.transaction(caller) as tx:
        found = await views.list_due(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([MeasuresDueShown.model_validate(one) for one in found], limit)


@router.post("/matches/{match_id}/measure-declines", status_code=201, response_model=DeclineShown)
async def decline_measures(match_id: UUID, asked: DeclineAsked, request: Request, caller: CallerDep) -> Response:
    """Record that somebody would rather not: what is due at this moment is not asked of them again."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        said = Said(asked.of, asked.moment, asked.declined_on, asked.why)
        declined = await measures_due.decline(tx, match_id, said, by=caller.subject, now=now)
        return Created(f"/matches/{match_id}/measure-declines", DeclineShown.model_validate(declined))

    return await create(request, caller, work)


@router.get("/matches/{match_id}/measure-declines")
async def list_measure_declines(
    *,
    match_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[DeclineShown]:
    """Who of a match would rather not be asked what, the first kept first."""
    async with database.transaction(caller) as tx:
        found = await views.list_declines(tx, match_id, after=after, limit=limit, now=now)
    return page_of([DeclineShown.model_validate(one) for one in found], limit)
