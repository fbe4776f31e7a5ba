"""Drafts: kept, changed, submitted and thrown away by the organisation that refers, and seen by nobody else."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, ExpectedVersion, NowDep, create
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import MEMBERS, acting
from kith_referrals.api.moving import MoverDep
from kith_referrals.api.shapes import DraftBody, ReferralState, SubmissionBody
from kith_referrals.usecases import drafting as usecases

PERMISSIONS: Final = {
    "keep_draft": MEMBERS,
    "change_draft": MEMBERS,
    "throw_draft_away": MEMBERS,
    "submit_draft": MEMBERS,
}

router = APIRouter(prefix="/referrals", tags=["referrals"])


@router.post("/drafts", status_code=201, response_model=ReferralState)
async def keep_draft(request: Request, body: DraftBody, caller: CallerDep) -> Response:
    """Keep a referral that is not submitted yet. ``GET /referrals/{id}`` shows it to the same organisation alone."""
    member, by = acting(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        draft = await usecases.keep_draft(
            tx,
            referral_id=clock.new_id(),
            person=body.person.person(clock.new_pseudonym(), by.organisation_id),
            programme_id=body.programme_id,
            wish=body.wish(),
            by=by,
            now=now,
        )
        state = ReferralState.model_validate(draft, from_attributes=True)
        return Created(f"/referrals/{draft.id}", state, draft.version)

    return await create(request, member, work)


@router.put("/{referral_id}/draft")  # noqa: FAST003 - the mover takes it
async def change_draft(mover: MoverDep, body: DraftBody) -> ReferralState:
    """Change a draft. The body is all of it."""
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        draft = await usecases.change_draft(
            tx,
            mover.referral_id,
            person=body.person.person(clock.new_pseudonym(), by.organisation_id),
            programme_id=body.programme_id,
            wish=body.wish(),
            by=by,
            version=mover.version,
            now=mover.now,
        )
        return await mover.shown(tx, draft, by)


@router.delete("/{referral_id}/draft", status_code=204)
async def throw_draft_away(
    referral_id: UUID, caller: CallerDep, version: ExpectedVersion, database: DatabaseDep, now: NowDep
) -> None:
    """Delete a draft and all that was written in it."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        await usecases.throw_draft_away(tx, referral_id, by=by, version=version, now=now)


@router.post("/{referral_id}/submission")  # noqa: FAST003 - the mover takes it
async def submit_draft(mover: MoverDep, body: SubmissionBody) -> ReferralState:
    """Submit a draft, with what the person says about being referred. From now on it is as if it had been made now.

    All is checked that is checked of a referral that is made; where something is refused, the draft stays.
    """
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        referral = await usecases.submit_draft(
            tx, mover.referral_id, answer=body.consent.answer(), by=by, version=mover.version, now=mover.now
        )
        return await mover.shown(tx, referral, by)
