"""How supporters say they are: what they say is theirs, and coordinators see what they pass on. And calls to them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Codes, OrganisationDep
from kith_matching.domain.checking_in import Call, CallChannel, Feeling, Signal
from kith_matching.usecases import checking_in
from kith_matching.views import checking_in as views

router = APIRouter(tags=["check-ins"])


class CheckInAsked(BaseModel):
    """How it goes. Nobody but you sees it, unless ``shared`` passes it on to your coordinators."""

    model_config = ConfigDict(extra="forbid")

    feelings: Annotated[tuple[Feeling, ...], Field(min_length=1, max_length=len(Feeling))]
    shared: bool = False


class CheckInKept(BaseModel):
    """That something was said. What it was is not here: an answer to a create is kept for a day."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    said_at: datetime
    shared: bool


class CheckInShown(CheckInKept):
    """What a supporter said."""

    supporter_id: UUID
    feelings: tuple[Feeling, ...]


class SignalsShown(BaseModel):
    """Signs that it may be too much. What follows from them is yours to say."""

    signals: tuple[Signal, ...]


class CallAsked(BaseModel):
    """A call to a supporter, on a day in Europe/London, and what it was about, in codes."""

    model_config = ConfigDict(extra="forbid")

    held_on: date
    channel: CallChannel
    topics: Codes = ()


class CallShown(BaseModel):
    """A call as it was logged."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    supporter_id: UUID
    called_by: str
    held_on: date
    channel: CallChannel
    topics: tuple[str, ...]


@router.post("/supporters/{supporter_id}/check-ins", status_code=201, response_model=CheckInKept)
async def check_in(supporter_id: UUID, asked: CheckInAsked, request: Request, caller: CallerDep) -> Response:
    """Say how it goes with you. Only the supporter can."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        said = await checking_in.check_in(
            tx, supporter_id, asked.feelings, subject=caller.subject, shared=asked.shared, now=now
        )
        return Created(f"/supporters/{supporter_id}/check-ins", CheckInKept.model_validate(said))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/check-ins")
async def list_check_ins(
    supporter_id: UUID,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[CheckInShown]:
    """All that you said, the first first. Only the supporter reads it."""
    async with database.transaction(caller) as tx:
        found = await views.list_own(tx, supporter_id, caller.subject, after=after, limit=limit, now=now)
    return page_of([CheckInShown.model_validate(one) for one in found], limit)


@router.get("/supporters/{supporter_id}/signals")
async def list_signals(supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep) -> SignalsShown:
    """Signs in your load, your supervision and what you said that it may be too much. Only the supporter reads them."""
    async with database.transaction(caller) as tx:
        return SignalsShown(signals=await checking_in.show_signals(tx, supporter_id, subject=caller.subject, now=now))


@router.get("/check-ins")
async def list_shared_check_ins(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[CheckInShown]:
    """What your organisation's supporters chose to pass on, the first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_shared(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([CheckInShown.model_validate(one) for one in found], limit)


@router.post("/supporters/{supporter_id}/calls", status_code=201, response_model=CallShown)
async def log_call(
    supporter_id: UUID, asked: CallAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Log that you called a supporter."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        call = Call(clock.new_id(), supporter_id, organisation_id, caller.subject, **dict(asked))
        kept = await checking_in.log_call(tx, call, now=now)
        return Created(f"/supporters/{supporter_id}/calls", CallShown.model_validate(kept))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/calls")
async def list_calls(
    supporter_id: UUID,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[CallShown]:
    """The calls to a supporter, the first logged first."""
    async with database.transaction(caller) as tx:
        found = await views.list_calls(tx, supporter_id, after=after, limit=limit, now=now)
    return page_of([CallShown.model_validate(one) for one in found], limit)
