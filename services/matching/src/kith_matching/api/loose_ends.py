"""A human did what no machine does: the supporter was told, or a visit without a plan was talked about. It is said."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import CallerDep
from kith_matching.domain.worklist import Work
from kith_matching.usecases import loose_ends

router = APIRouter(tags=["matching"])


class LooseEndShown(BaseModel):
    """What a match or a session (``id``) left to be done since a day (Europe/London); who said that it is, and when."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Work
    match_id: UUID
    supporter_id: UUID
    programme_id: UUID
    since: date
    seen_by: str | None
    seen_at: datetime | None


@router.post("/matches/{match_id}/supporter-told")
async def say_supporter_was_told(
    match_id: UUID, *, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> LooseEndShown:
    """Say that you told the supporter, yourself, that support has ended. It leaves your worklist, and needs no version.

    What you may tell them is for you to judge: Kith shows them that it ended, and never why.
    """
    async with database.transaction(caller) as tx:
        told = await loose_ends.say(tx, Work.TELL_SUPPORTER, match_id, by=caller.subject, now=now)
    return LooseEndShown.model_validate(told)


@router.post("/sessions/{session_id}/plan-talked-about")
async def say_visit_was_talked_about(
    session_id: UUID, *, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> LooseEndShown:
    """Say that you talked with the supporter about a visit of which there was no plan. It needs no version."""
    async with database.transaction(caller) as tx:
        said = await loose_ends.say(tx, Work.VISIT_WITHOUT_PLAN, session_id, by=caller.subject, now=now)
    return LooseEndShown.model_validate(said)
