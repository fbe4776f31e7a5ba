"""Groups and courses: their plans, and the places in them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
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
from kith_contracts.fact import Code, District
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.places import PlaceState
from kith_matching.domain.plan import Plan
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Channel
from kith_matching.usecases import groups, places
from kith_matching.views import groups as views

router = APIRouter(tags=["groups"])


class GroupAsked(BaseModel):
    """A group's plan. ``places`` that are not said are as many as the programme's definition has.

    ``starts_on`` is a day in Europe/London. ``facilitators`` are supporters, of whom one is active in the programme.
    ``setting`` is a code, by which organisers know the group: ``library``, ``extra-care``.
    """

    model_config = ConfigDict(extra="forbid")

    programme_id: UUID
    places: Annotated[int, Field(ge=2, le=500)] | None = None
    facilitators: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=20)]
    starts_on: date
    meetings: Annotated[int, Field(ge=1, le=200)] | None = None
    setting: Code | None = None
    channel: Channel
    district: District | None = None


class GroupShown(BaseModel):
    """A group's plan, and how many places are ``taken``, held for an answer (``offered``) and waited for.

    Without ``places`` whoever comes has one. Somebody who comes with a carer or partner needs two.
    """

    id: UUID
    programme_id: UUID
    places: int | None
    facilitators: tuple[UUID, ...]
    starts_on: date
    meetings: int | None
    setting: str | None
    channel: Channel
    district: str | None
    taken: int
    offered: int
    waiting: int
    version: int


class JoiningAsked(BaseModel):
    """A person who would like to join. ``comes_with`` is 1 where their carer or partner comes too."""

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID
    comes_with: Literal[0, 1] = 0


class PlaceShown(BaseModel):
    """How somebody stands in a group or a slot (``group_id``); ``begins_at`` is when that slot begins.

    ``answer_by`` is when the offer of a place runs out, or ran out.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    group_id: UUID
    referral_id: UUID
    programme_id: UUID
    comes_with: int
    state: PlaceState
    joined_at: datetime
    answer_by: datetime | None
    begins_at: datetime | None
    ended_at: datetime | None
    version: int


class PlaceAnswerAsked(BaseModel):
    """The person's answer to the place they were offered; the coordinator records it."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer


class LeavingAsked(BaseModel):
    """Nobody is asked why. ``waits_again``: they would like support in this programme still."""

    model_config = ConfigDict(extra="forbid")

    waits_again: bool = False


@router.put(
    "/groups/{group_id}",
    responses={201: {"model": GroupShown, **leads_to(["get_group", "list_places"], group_id="id")}},
)
async def put_group(
    group_id: UUID,
    asked: GroupAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> GroupShown:
    """Plan a group. A first plan and the same again need no ``If-Match``; a change does."""
    plan = Plan(group_id=group_id, organisation_id=organisation_id, **dict(asked))
    async with database.transaction(caller) as tx:
        kept, new = await groups.put_plan(tx, plan, expected_version=expected, now=now)
        shown = _shown(await views.show_group(tx, group_id))
    response.headers.update(etag(kept.version))
    response.status_code = 201 if new else 200
    return shown


@router.get("/groups")
async def list_groups(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[GroupShown]:
    """The organisation's groups that have a plan, in order of id."""
    async with database.transaction(caller) as tx:
        found = await views.list_groups(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([_shown(one) for one in found], limit)


@router.get("/groups/{group_id}")
async def get_group(
    group_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> GroupShown:
    """One group that has a plan."""
    async with database.transaction(caller) as tx:
        shown = _shown(await views.get_group(tx, group_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post(
    "/groups/{group_id}/places",
    status_code=201,
    response_model=PlaceShown,
    responses={201: leads_to(["get_place"], ["answer_place", "leave_place"], place_id="id")},
)
async def join_group(group_id: UUID, asked: JoiningAsked, request: Request, caller: CallerDep) -> Response:
    """Let a person join: they take a place, or wait for one where the programme keeps a list."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        place = await places.join(tx, group_id, asked.referral_id, asked.comes_with, now=now)
        return Created(f"/places/{place.id}", PlaceShown.model_validate(place), place.version)

    return await create(request, caller, work)


@router.get("/groups/{group_id}/places")
async def list_places(
    *,
    group_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[PlaceShown]:
    """Who has a place in the group, is offered one or waits for one; who joined first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_places(tx, group_id, after=after, limit=limit, now=now)
    return page_of([PlaceShown.model_validate(one) for one in found], limit)


@router.get("/places/{place_id}", responses={200: leads_to([], ["answer_place", "leave_place"], place_id="id")})
async def get_place(
    place_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> PlaceShown:
    """One place."""
    async with database.transaction(caller) as tx:
        shown = PlaceShown.model_validate(await views.get_place(tx, place_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post("/places/{place_id}/answers", responses={200: leads_to(["get_place"], ["leave_place"], place_id="id")})
async def answer_place(
    place_id: UUID,
    asked: PlaceAnswerAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> PlaceShown:
    """Record the answer to an offered place. With a yes the person waits in no other group; a no goes to the next."""
    async with database.transaction(caller) as tx:
        place = await places.answer(tx, place_id, asked.answer, expected_version=expected, now=now)
    response.headers.update(etag(place.version))
    return PlaceShown.model_validate(place)


@router.post("/places/{place_id}/leaving", responses={200: leads_to(["get_place"], [], place_id="id")})
async def leave_place(
    place_id: UUID,
    asked: LeavingAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> PlaceShown:
    """Record that a person leaves the group, or its list. Their place is offered to the next."""
    async with database.transaction(caller) as tx:
        place = await places.leave(tx, place_id, waits_again=asked.waits_again, expected_version=expected, now=now)
    response.headers.update(etag(place.version))
    return PlaceShown.model_validate(place)


def _shown(found: dict[str, Any]) -> GroupShown:
    return GroupShown.model_validate({**found, "id": found["group_id"]})
