"""Tasters: somebody who is referred sees what it is like, before any yes."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import Codes, SpeakerDep
from kith_matching.api.contacts import ContactShown, contact_shown
from kith_matching.domain.taster import Taster
from kith_matching.usecases import tasting
from kith_matching.views import tasters as views

router = APIRouter(tags=["tasters"])


class TasterAsked(BaseModel):
    """A taster on a day in Europe/London; ``supporter_id`` is who showed them, if somebody did."""

    model_config = ConfigDict(extra="forbid")

    held_on: date
    topics: Codes = ()
    supporter_id: UUID | None = None


@router.post(
    "/referrals/{referral_id}/tasters",
    status_code=201,
    response_model=ContactShown,
    responses={201: leads_to(["get_contact"], contact_id="id")},
)
async def log_taster(
    referral_id: UUID, asked: TasterAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep
) -> Response:
    """Log a taster of this person. It is counted as a contact with one person, who is not named and waits as before."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        taster = Taster(clock.new_id(), referral_id, asked.held_on, asked.topics, asked.supporter_id)
        logged = await tasting.log_taster(tx, taster, by=speaker, now=now)
        return Created(f"/contacts/{logged.id}", contact_shown(logged), logged.version)

    return await create(request, caller, work)


@router.get("/referrals/{referral_id}/tasters")
async def list_tasters(
    *,
    referral_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[ContactShown]:
    """The tasters of this person, the first logged first."""
    async with database.transaction(caller) as tx:
        found = await views.list_tasters(tx, referral_id, after=after, limit=limit, now=now)
    return page_of([ContactShown.model_validate(one) for one in found], limit)
