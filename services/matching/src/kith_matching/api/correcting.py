"""Sessions are corrected; what was said before can be read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_matching.api.company import CompanyAsked, CompanyShown, company_of
from kith_matching.api.occasions import MOST_ATTENDED, HeldAsked, SessionShown, shown
from kith_matching.domain.occasion import CouldNot, Outcome
from kith_matching.domain.referral import Channel
from kith_matching.usecases import correcting
from kith_matching.views import corrections as views

router = APIRouter(prefix="/sessions/{session_id}", tags=["sessions and contacts"])


class CorrectionAsked(HeldAsked):
    """What the session was instead, all of it. Who attended a meeting, and with whom, is left where it is not said."""

    attended_referral_ids: Annotated[tuple[UUID, ...], Field(max_length=MOST_ATTENDED)] | None = None
    came_with: Annotated[tuple[CompanyAsked, ...], Field(max_length=MOST_ATTENDED)] | None = None


class CorrectedShown(BaseModel):
    """What a session was said to be until ``replaced_at`` (UTC)."""

    version: int
    held_on: date
    outcome: Outcome
    minutes: int
    channel: Channel
    topics: tuple[str, ...]
    could_not: CouldNot | None
    limits_explained: bool
    over_limit: bool
    attended_referral_ids: tuple[UUID, ...]
    came_with: tuple[CompanyShown, ...]
    replaced_at: datetime


class Corrections(BaseModel):
    """What was said before, the first first."""

    items: tuple[CorrectedShown, ...]


@router.put("", responses={200: leads_to(["get_session", "list_session_corrections"], session_id="id")})
async def correct_session(
    session_id: UUID,
    asked: CorrectionAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SessionShown:
    """Put right what was logged. What was said before is kept, and whoever was told is told anew."""
    came_with = None if asked.came_with is None else company_of(asked.came_with)
    async with database.transaction(caller) as tx:
        session = await correcting.correct_session(
            tx, session_id, asked.occasion(), asked.attended_referral_ids, came_with, expected_version=expected, now=now
        )
    response.headers.update(etag(session.version))
    return shown(session)


@router.get("/corrections")
async def list_session_corrections(
    session_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> Corrections:
    """What was said of the session before it was corrected."""
    async with database.transaction(caller) as tx:
        found = await views.list_corrections(tx, session_id, now=now)
    return Corrections(items=tuple(CorrectedShown.model_validate(one) for one in found))
