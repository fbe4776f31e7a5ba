"""Does it help? The person says, and what is harder is seen to."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, ExpectedVersion, NowDep, Page, PageLimit, create, etag, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.helping import Moment, Says
from kith_matching.domain.looking_after import Kind
from kith_matching.usecases import helping
from kith_matching.views import helping as views

router = APIRouter(tags=["does it help"])


class HelpingAsked(BaseModel):
    """What the person said, asked alone: not in front of their supporter. ``asked_on`` is a day in Europe/London."""

    model_config = ConfigDict(extra="forbid")

    asked_on: date
    moment: Moment
    said: Says


class HelpingShown(BaseModel):
    """What the person said, and where it is harder who saw to it, by their subject, and when (UTC).

    Without a match they said it of the groups, courses and slots to which they come.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    match_id: UUID | None
    referral_id: UUID
    programme_id: UUID
    asked_on: date
    moment: Moment
    said: Says
    seen_by: str | None
    seen_at: datetime | None
    version: int


class DueShown(BaseModel):
    """Whom to ask, since ``due_on``: the person of a match, or of a referral who comes to meetings (``about``)."""

    id: UUID
    about: Kind
    referral_id: UUID
    programme_id: UUID
    due_on: date


@router.post("/matches/{match_id}/helping", status_code=201, response_model=HelpingShown)
async def record_helping(match_id: UUID, asked: HelpingAsked, request: Request, caller: CallerDep) -> Response:
    """Record whether it helps. At a review the next is due after the programme's weeks."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        said = await helping.ask(tx, match_id, asked.said, asked.moment, asked_on=asked.asked_on, now=now)
        return Created(f"/matches/{match_id}/helping", HelpingShown.model_validate(said), said.version)

    return await create(request, caller, work)


@router.get("/matches/{match_id}/helping")
async def list_helping(
    *,
    match_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[HelpingShown]:
    """What the person of a match said, the first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_helping(tx, match_id, after=after, limit=limit, now=now)
    return page_of([HelpingShown.model_validate(one) for one in found], limit)


@router.post("/referrals/{referral_id}/helping", status_code=201, response_model=HelpingShown)
async def record_helping_of_meetings(
    referral_id: UUID, asked: HelpingAsked, request: Request, caller: CallerDep
) -> Response:
    """Record whether the groups, courses and slots help to which a person comes: asked alone, not in the group."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        said = await helping.ask_of_meetings(
            tx, referral_id, asked.said, asked.moment, asked_on=asked.asked_on, now=now
        )
        return Created(f"/referrals/{referral_id}/helping", HelpingShown.model_validate(said), said.version)

    return await create(request, caller, work)


@router.get("/referrals/{referral_id}/helping")
async def list_helping_of_referral(
    *,
    referral_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[HelpingShown]:
    """What the person of a referral said, of matches and of meetings, the first first."""
    async with database.transaction(caller) as tx:
        found = await views.list_helping_of_referral(tx, referral_id, after=after, limit=limit, now=now)
    return page_of([HelpingShown.model_validate(one) for one in found], limit)


@router.get("/helping/due")
async def list_helping_due(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[DueShown]:
    """Whom to ask now: after the second session or meeting, and at every review."""
    async with database.transaction(caller) as tx:
        found = await views.list_due(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([DueShown.model_validate(one) for one in found], limit)


@router.get("/helping/harder")
async def list_harder(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[HelpingShown]:
    """For whom it is harder, as long as nobody has seen to it."""
    async with database.transaction(caller) as tx:
        found = await views.list_harder(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([HelpingShown.model_validate(one) for one in found], limit)


@router.post("/helping/{helping_id}/seeing")
async def see_to_helping(
    helping_id: UUID,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> HelpingShown:
    """Say that you see to it: you talk with the person, or end the match."""
    async with database.transaction(caller) as tx:
        seen = await helping.see(tx, helping_id, by=caller.subject, expected_version=expected, now=now)
    response.headers.update(etag(seen.version))
    return HelpingShown.model_validate(seen)
