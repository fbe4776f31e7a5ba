"""Attempts to reach a person: logged by the programme's organisation, counted for both."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, MEMBERS, acting, in_organisation
from kith_referrals.api.words import Body, Notes
from kith_referrals.domain.trying import Attempt, Outcome, Way
from kith_referrals.usecases import trying as usecases

PERMISSIONS: Final = {"log_contact_attempt": DECIDERS, "list_contact_attempts": MEMBERS}

router = APIRouter(prefix="/referrals/{referral_id}/contact-attempts", tags=["referrals"])


class AttemptBody(Body):
    """When somebody tried to reach the person, how, and what came of it. ``note`` is for their organisation alone."""

    attempted_at: AwareDatetime
    channel: Way
    outcome: Outcome
    note: Notes | None = None


class AttemptView(BaseModel):
    """One attempt. Its instant is UTC; how it was made and what came of it only the programme's organisation sees."""

    attempted_at: datetime
    channel: Way | None
    outcome: Outcome | None
    note: str | None


class AttemptState(BaseModel):
    """An attempt that was logged."""

    id: UUID


class Attempts(BaseModel):
    """What was tried to reach the person, the latest first.

    ``days_tried`` are those (Europe/London) on which nobody reached them, since the referral was made or reopened;
    ``days_wanted`` are those on which the programme tries before it gives up.
    """

    days_tried: int
    days_wanted: int
    items: list[AttemptView]


@router.post("", status_code=201, response_model=AttemptState)
async def log_contact_attempt(referral_id: UUID, request: Request, body: AttemptBody, caller: CallerDep) -> Response:
    """Log that somebody tried to reach the person: for the organisation that owns the programme."""
    member, by = acting(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        attempt = Attempt(id=clock.new_id(), **vars(body))
        await usecases.log_attempt(tx, referral_id, attempt, by=by, now=now)
        return Created(f"/referrals/{referral_id}/contact-attempts", AttemptState(id=attempt.id))

    return await create(request, member, work)


@router.get("")
async def list_contact_attempts(referral_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> Attempts:
    """How often, and when, somebody tried to reach the person: for the organisations that may see the referral."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        counts, items = await views.get_attempts(tx, referral_id, asking=organisation_id, now=now)
    return Attempts(**counts, items=[AttemptView.model_validate(item) for item in items])
