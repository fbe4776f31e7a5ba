"""Rounds over a programme's whole waiting list."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.api.asking import OrganisationDep
from kith_matching.usecases import rounds as usecases

router = APIRouter(tags=["rounds"])


class PriorityShown(BaseModel):
    """Points for who goes first: for each day of waiting, for having few who could, for being urgent."""

    model_config = ConfigDict(from_attributes=True)

    ageing_per_day: int
    scarcity: int
    urgent: int


class PolicyShown(BaseModel):
    """The policy by which a round was held. ``definition_version`` is 0 where no definition was applied."""

    model_config = ConfigDict(from_attributes=True)

    weights: dict[str, int]
    priority: PriorityShown
    definition_version: int = 0


class RoundShown(BaseModel):
    """A round. It assigns nobody: what it found is shown with the candidates of each referral that waits.

    ``pairs`` were allowed, of ``people`` who waited and active ``supporters``; ``matched`` people found a place in the
    list, and for ``nobody`` people there is no supporter at all. The list was proved to be the best there is.
    ``objective`` is what it is worth in points; ``solver``, ``digest`` (of all that was looked at) and ``policy`` say
    whether another round would be the same.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: UUID
    held_at: datetime
    people: int
    supporters: int
    pairs: int
    matched: int
    nobody: int
    objective: int
    solver: str
    digest: str
    policy: PolicyShown


@router.post(
    "/programmes/{programme_id}/rounds",
    status_code=201,
    response_model=RoundShown,
    responses={201: leads_to(["get_round"], [], round_id="id")},
)
async def hold_round(
    programme_id: UUID, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Look at the programme's whole waiting list at once: the best list of pairs, until the next round."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        held = await usecases.hold_round(tx, programme_id, organisation_id, now=now)
        return Created(f"/rounds/{held.id}", RoundShown.model_validate(held), 1)

    return await create(request, caller, work)


@router.get("/rounds/{round_id}")
async def get_round(round_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep) -> RoundShown:
    """One round."""
    async with database.transaction(caller) as tx:
        return RoundShown.model_validate(await views.get_round(tx, round_id, now=now))


@router.get("/rounds")
async def list_rounds(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[RoundShown]:
    """The organisation's rounds, the oldest first."""
    async with database.transaction(caller) as tx:
        found = await views.list_rounds(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([RoundShown.model_validate(one) for one in found], limit)
