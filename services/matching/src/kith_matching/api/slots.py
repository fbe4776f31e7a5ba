"""Listening slots: times at which somebody listens, and who has them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
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
from kith_contracts.fact import District
from kith_matching.api.asking import Instant, OrganisationDep
from kith_matching.api.groups import PlaceShown
from kith_matching.domain.plan import LONGEST, Plan, Slot, Times
from kith_matching.domain.referral import Channel
from kith_matching.usecases import places, slots
from kith_matching.views import groups as group_views
from kith_matching.views import slots as views

router = APIRouter(tags=["listening slots"])


class SlotAsked(BaseModel):
    """A time at which a supporter listens. ``starts_at`` is an instant: it has an offset, or is in UTC.

    ``times`` says whether somebody books it, or whoever comes is heard. ``district`` is where, if anybody comes.
    """

    model_config = ConfigDict(extra="forbid")

    programme_id: UUID
    supporter_id: UUID
    starts_at: Instant
    minutes: Annotated[int, Field(ge=5, le=LONGEST.total_seconds() // 60)]
    times: Times = Times.BOOKED
    channel: Channel
    district: District | None = None


class SlotShown(BaseModel):
    """A slot, and how many have it (``taken``; ``past`` once it has begun), are asked (``offered``) and wait for it.

    Where ``listener_active`` is false, whoever has the slot needs to hear of it.
    """

    id: UUID
    programme_id: UUID
    supporter_id: UUID
    listener_active: bool
    starts_at: datetime
    minutes: int
    times: Times
    channel: Channel
    district: str | None
    cancelled_at: datetime | None
    taken: int
    offered: int
    waiting: int
    past: int
    version: int


class BookingAsked(BaseModel):
    """A person who would like to be heard at that time."""

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID


@router.put(
    "/slots/{slot_id}",
    responses={201: {"model": SlotShown, **leads_to(["get_slot", "list_slot_places"], slot_id="id")}},
)
async def put_slot(
    slot_id: UUID,
    asked: SlotAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    expected: OptionalVersion,
    now: NowDep,
) -> SlotShown:
    """Plan a slot. A first plan and the same again need no ``If-Match``; a change does, while nobody has it."""
    plan = Plan(
        group_id=slot_id,
        programme_id=asked.programme_id,
        organisation_id=organisation_id,
        places=None,
        facilitators=(asked.supporter_id,),
        starts_on=clock.today(asked.starts_at),
        meetings=None,
        setting=None,
        channel=asked.channel,
        district=asked.district,
        slot=Slot(asked.starts_at, asked.minutes, asked.times),
    )
    async with database.transaction(caller) as tx:
        kept, new = await slots.put_slot(tx, plan, expected_version=expected, now=now)
        shown = _shown(await views.show_slot(tx, slot_id))
    response.headers.update(etag(kept.version))
    response.status_code = 201 if new else 200
    return shown


@router.get("/slots")
async def list_slots(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    since: Annotated[Instant | None, Query(description="Slots from then on; without it, from now on.")] = None,
    free: Annotated[bool, Query(description="Only times that somebody could have now.")] = False,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[SlotShown]:
    """The organisation's slots, the next first."""
    async with database.transaction(caller) as tx:
        found = await views.list_slots(tx, organisation_id, since or now, free=free, after=after, limit=limit, now=now)
    return page_of([_shown(one) for one in found], limit)


@router.get("/slots/{slot_id}", responses={200: leads_to([], ["cancel_slot"], slot_id="id")})
async def get_slot(
    slot_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SlotShown:
    """One slot."""
    async with database.transaction(caller) as tx:
        shown = _shown(await views.get_slot(tx, slot_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post(
    "/slots/{slot_id}/places",
    status_code=201,
    response_model=PlaceShown,
    responses={201: leads_to(["get_place"], ["answer_place", "leave_place"], place_id="id")},
)
async def book_slot(slot_id: UUID, asked: BookingAsked, request: Request, caller: CallerDep) -> Response:
    """Let a person have the slot, or wait for it where somebody has it: it is offered to them once that one leaves."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        place = await places.book(tx, slot_id, asked.referral_id, now=now)
        return Created(f"/places/{place.id}", PlaceShown.model_validate(place), place.version)

    return await create(request, caller, work)


@router.get("/slots/{slot_id}/places")
async def list_slot_places(
    *,
    slot_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[PlaceShown]:
    """Who has the slot, is asked about it or waits for it; who came first first."""
    async with database.transaction(caller) as tx:
        found = await group_views.list_places(tx, slot_id, after=after, limit=limit, now=now)
    return page_of([PlaceShown.model_validate(one) for one in found], limit)


@router.post("/slots/{slot_id}/cancelling", responses={200: leads_to(["get_slot"], [], slot_id="id")})
async def cancel_slot(
    slot_id: UUID,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SlotShown:
    """Cancel a slot. Read first who has it: they are told by you, and have it no more."""
    async with database.transaction(caller) as tx:
        plan = await slots.cancel_slot(tx, slot_id, expected_version=expected, now=now)
        shown = _shown(await views.show_slot(tx, slot_id))
    response.headers.update(etag(plan.version))
    return shown


def _shown(found: dict[str, Any]) -> SlotShown:
    at = {name: found[f"slot_{name}"] for name in ("starts_at", "minutes", "times", "cancelled_at")}
    return SlotShown.model_validate({**found, **at, "id": found["group_id"]})
