"""Interpreters, booked for two who do not speak one language."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Instant, SpeakerDep
from kith_matching.domain.interpreting import Provider, Wanted
from kith_matching.domain.referral import Channel
from kith_matching.usecases import interpreting
from kith_matching.views import interpreting as views

router = APIRouter(tags=["interpreters"])


class InterpreterAsked(BaseModel):
    """When an interpreter is wanted, from whom, and how they take part. Family and friends are never booked."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant
    minutes: Annotated[int, Field(ge=5, le=720)]
    provider: Provider
    channel: Channel


class InterpreterShown(BaseModel):
    """A booking, by its times (UTC). Who comes is known to whoever sends them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    match_id: UUID
    programme_id: UUID
    language: str
    provider: Provider
    channel: Channel
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    version: int


@router.post(
    "/matches/{match_id}/interpreters",
    status_code=201,
    response_model=InterpreterShown,
    responses={201: leads_to([], ["cancel_interpreter"], interpreter_id="id")},
)
async def book_interpreter(match_id: UUID, asked: InterpreterAsked, request: Request, *, caller: CallerDep) -> Response:
    """Book an interpreter of the language that the person asked for, for one meeting of the two."""
    wanted = Wanted(asked.starts_at, asked.minutes, asked.provider, asked.channel)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        booking = await interpreting.book_interpreter(tx, match_id, wanted, now=now)
        return Created(f"/interpreters/{booking.id}", InterpreterShown.model_validate(booking), booking.version)

    return await create(request, caller, work)


@router.get("/matches/{match_id}/interpreters")
async def list_interpreters(
    *,
    match_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[InterpreterShown]:
    """Who was booked for a match, the first booked first: for who organises, and for the match's supporter."""
    async with database.transaction(caller) as tx:
        found = await views.list_interpreters(tx, match_id, by=speaker, after=after, limit=limit, now=now)
    return page_of([InterpreterShown.model_validate(one) for one in found], limit)


@router.post("/interpreters/{interpreter_id}/cancelling")
async def cancel_interpreter(
    interpreter_id: UUID, *, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> InterpreterShown:
    """Say that the interpreter need not come. It needs no ``If-Match``: tell whoever sends them, too."""
    async with database.transaction(caller) as tx:
        return InterpreterShown.model_validate(await interpreting.cancel_interpreter(tx, interpreter_id, now=now))
