"""Sessions are corrected; what was said before can be read."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from kith_chassis.database import DatabaseDep
from kith_chassis.http import CursorDep, ExpectedVersion, NowDep, Page, PageLimit, etag, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.api.company import CompanyAsked, CompanyShown, company_of
from kith_matching.api.occasions import MOST_ATTENDED, HeldAsked, SessionShown, found_shown, shown
from kith_matching.domain.occasion import CouldNot, Outcome, Void
from kith_matching.domain.referral import Channel
from kith_matching.usecases import correcting, voiding
from kith_matching.views import corrections as views

router = APIRouter(tags=["sessions and contacts"])


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


class VoidAsked(BaseModel):
    """Why it counts for nothing."""

    model_config = ConfigDict(extra="forbid")

    reason: Void


class DoubleShown(SessionShown):
    """A session, and the one that it may be (``double_of``): of the same match or group and day, and as long."""

    double_of: UUID


class Corrections(BaseModel):
    """What was said before, the first first."""

    items: tuple[CorrectedShown, ...]


@router.put(
    "/sessions/{session_id}", responses={200: leads_to(["get_session", "list_session_corrections"], session_id="id")}
)
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


@router.get("/sessions/{session_id}/corrections")
async def list_session_corrections(
    session_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> Corrections:
    """What was said of the session before it was corrected."""
    async with database.transaction(caller) as tx:
        found = await views.list_corrections(tx, session_id, now=now)
    return Corrections(items=tuple(CorrectedShown.model_validate(one) for one in found))


@router.get("/sessions/doubles")
async def list_session_doubles(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[DoubleShown]:
    """Sessions that may have been logged twice, from two devices. Void one, or confirm that both took place."""
    async with database.transaction(caller) as tx:
        found = await views.list_doubles(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([_double(one) for one in found], limit)


@router.post("/sessions/{session_id}/voiding", responses={200: leads_to(["get_session"], [], session_id="id")})
async def void_session(
    session_id: UUID,
    asked: VoidAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SessionShown:
    """Make void what never was so. It counts nowhere any more; what was said of it is kept."""
    async with database.transaction(caller) as tx:
        session = await voiding.void_session(tx, session_id, asked.reason, expected_version=expected, now=now)
    response.headers.update(etag(session.version))
    return shown(session)


@router.post("/sessions/{session_id}/confirming", responses={200: leads_to(["get_session"], [], session_id="id")})
async def confirm_session(
    session_id: UUID,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SessionShown:
    """Say of a session that looks like another that it took place as well."""
    async with database.transaction(caller) as tx:
        session = await voiding.confirm_session(tx, session_id, expected_version=expected, now=now)
    response.headers.update(etag(session.version))
    return shown(session)


def _double(found: dict[str, Any]) -> DoubleShown:
    return DoubleShown(**found_shown(found).model_dump(), double_of=found["double_of"])
