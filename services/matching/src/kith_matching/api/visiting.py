"""Visits to people's homes: planned, checked in to and out of; and who is to be looked for."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    NowDep,
    OptionalVersion,
    Page,
    PageLimit,
    create,
    etag,
    leads_to,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Instant, OrganisationDep, SpeakerDep
from kith_matching.domain.visit import Missing, Stage
from kith_matching.usecases import visiting
from kith_matching.usecases.visiting import Move
from kith_matching.views import visiting as views

router = APIRouter(tags=["visits"])


class VisitAsked(BaseModel):
    """When you will be there. Where is known with the referral, and not said again.

    ``risks_passed_on`` is said by who organises: you read with the referral what a visitor must know (a dog, that two
    go), and told whoever goes. Without it nobody goes for the first time to where there is something to know.
    """

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant
    minutes: Annotated[int, Field(ge=5, le=720)]
    risks_passed_on: bool = False


class VisitShown(BaseModel):
    """A visit, by its times (UTC)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    match_id: UUID
    supporter_id: UUID
    programme_id: UUID
    starts_at: datetime
    ends_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    cancelled_at: datetime | None
    risks_passed_on: bool
    version: int


class OverdueShown(VisitShown):
    """A visit of which nobody has said in time what is ``missing``: call the supporter now."""

    missing: Missing
    overdue_since: datetime


Mover = Callable[[UUID, Move], Awaitable[VisitShown]]


async def mover(
    response: Response,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    expected: OptionalVersion,
    now: NowDep,
) -> Mover:
    """What every move of a visit is, but for which one it is."""

    async def move(visit_id: UUID, to: Move) -> VisitShown:
        async with database.transaction(caller) as tx:
            visit = await visiting.move_visit(tx, visit_id, to, by=speaker, expected_version=expected, now=now)
        response.headers.update(etag(visit.version))
        return VisitShown.model_validate(visit)

    return move


MoverDep = Annotated[Mover, Depends(mover)]


@router.post(
    "/matches/{match_id}/visits",
    status_code=201,
    response_model=VisitShown,
    responses={201: leads_to([], ["check_in_to_visit", "cancel_visit"], visit_id="id")},
)
async def plan_visit(
    match_id: UUID, asked: VisitAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep
) -> Response:
    """Plan a visit: your own, or for a supporter who has no access of their own. Who rests visits nobody."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        visit = await visiting.plan_visit(
            tx,
            match_id,
            asked.starts_at,
            asked.minutes,
            by=speaker,
            now=now,
            risks_passed_on=asked.risks_passed_on,
        )
        return Created(f"/visits/{visit.id}", VisitShown.model_validate(visit), visit.version)

    return await create(request, caller, work)


@router.get("/visits")
async def list_visits(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    stage: Stage = Stage.PLANNED,
    limit: PageLimit = 50,
) -> Page[VisitShown]:
    """The organisation's visits that are planned, going on or over, the first planned first."""
    async with database.transaction(caller) as tx:
        found = await views.list_visits(tx, organisation_id, stage, after=after, limit=limit, now=now)
    return page_of([VisitShown.model_validate(one) for one in found], limit)


@router.get("/visits/overdue")
async def list_overdue_visits(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[OverdueShown]:
    """Who has not said in time that they arrived, or that they left. A concern was raised for each."""
    async with database.transaction(caller) as tx:
        found = await views.list_overdue(tx, organisation_id, after=after, limit=limit, now=now)
    missing = (Missing.CHECK_IN if one["checked_in_at"] is None else Missing.CHECK_OUT for one in found)
    return page_of(
        [OverdueShown.model_validate({**one, "missing": what}) for one, what in zip(found, missing, strict=True)], limit
    )


@router.get("/supporters/{supporter_id}/visits")
async def list_own_visits(
    *,
    supporter_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[VisitShown]:
    """Your visits, the first planned first. Only the supporter reads them."""
    async with database.transaction(caller) as tx:
        found = await views.list_own(tx, supporter_id, caller.subject, after=after, limit=limit, now=now)
    return page_of([VisitShown.model_validate(one) for one in found], limit)


@router.post("/visits/{visit_id}/checking-in", responses={200: leads_to([], ["check_out_of_visit"], visit_id="id")})
async def check_in_to_visit(visit_id: UUID, move: MoverDep) -> VisitShown:
    """Say that you have arrived. It needs no ``If-Match``."""
    return await move(visit_id, Move.CHECK_IN)


@router.post("/visits/{visit_id}/checking-out")
async def check_out_of_visit(visit_id: UUID, move: MoverDep) -> VisitShown:
    """Say that you have left, and are well. It needs no ``If-Match``."""
    return await move(visit_id, Move.CHECK_OUT)


@router.post("/visits/{visit_id}/cancelling")
async def cancel_visit(visit_id: UUID, move: MoverDep) -> VisitShown:
    """Say that it does not take place. It needs no ``If-Match``."""
    return await move(visit_id, Move.CANCEL)
