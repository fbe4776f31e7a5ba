"""Two people before they are introduced, and when they meet by chance."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.api.matches import MatchShown
from kith_matching.domain.match import Encounter
from kith_matching.usecases import introducing

router = APIRouter(tags=["matching"])


class EncounterAsked(BaseModel):
    """What the two agreed to do when they meet by chance."""

    model_config = ConfigDict(extra="forbid")

    encounter: Encounter


@router.put("/referrals/{referral_id}/acquaintances/{supporter_id}", status_code=204)
async def note_acquaintance(
    referral_id: UUID, supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> None:
    """Note that the two may know each other. What that means for a proposal, the programme says; neither is told."""
    async with database.transaction(caller) as tx:
        await introducing.note_acquaintance(tx, referral_id, supporter_id, known=True, now=now)


@router.delete("/referrals/{referral_id}/acquaintances/{supporter_id}", status_code=204)
async def take_acquaintance_back(
    referral_id: UUID, supporter_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> None:
    """They do not know each other after all."""
    async with database.transaction(caller) as tx:
        await introducing.note_acquaintance(tx, referral_id, supporter_id, known=False, now=now)


@router.post("/matches/{match_id}/encounter", responses={200: leads_to(["get_match"], ["end_match"], match_id="id")})
async def plan_encounter(
    match_id: UUID,
    asked: EncounterAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> MatchShown:
    """Record what the two do when they meet by chance, so that neither is known for what they share."""
    async with database.transaction(caller) as tx:
        match = await introducing.plan_encounter(tx, match_id, asked.encounter, expected_version=expected, now=now)
        shown = MatchShown.model_validate(await views.show_match(tx, match_id))
    response.headers.update(etag(match.version))
    return shown
