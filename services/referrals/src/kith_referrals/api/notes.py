"""Notes that came on a page or in a file: a queue, until somebody of the programme's organisation has read them."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, NowDep, Page, PageLimit, page_of
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, ChangeDep, in_organisation
from kith_referrals.api.leading import REFERRAL_SHOWN
from kith_referrals.api.shapes import ReferralState, ReferralSummary
from kith_referrals.domain.steps import Actor
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {"list_unread_notes": DECIDERS, "read_notes": DECIDERS}

router = APIRouter(prefix="/referrals", tags=["referrals"])


@router.get("/unread-notes")
async def list_unread_notes(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ReferralSummary]:
    """Open referrals to the organisation's programmes whose notes nobody has read yet, in order of making.

    The notes themselves stand in ``GET /referrals/{id}``. Until they are read the referral cannot be accepted.
    """
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_unread_notes(tx, asking=organisation_id, after=after, limit=limit, now=now)
    return page_of([ReferralSummary.model_validate(row) for row in rows], limit)


@router.post("/{referral_id}/notes-read", responses=REFERRAL_SHOWN)
async def read_notes(referral_id: UUID, change: ChangeDep) -> ReferralState:
    """Record that a human has read the notes: for the organisation that owns the programme."""
    async with change.begin() as (tx, by):
        actor = Actor(by.organisation_id, by.subject)
        referral = await usecases.note_reading(tx, referral_id, by=actor, version=change.version, now=change.now)
    change.show(referral.version)
    return ReferralState.model_validate(referral, from_attributes=True)
