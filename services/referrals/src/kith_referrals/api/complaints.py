"""Complaints: anybody of an organisation takes one; its administrators acknowledge, answer, escalate and close it."""

from datetime import date, datetime
from typing import Final, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, etag, page_of
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, MEMBERS, ChangeDep, in_organisation
from kith_referrals.api.words import Body, Notes
from kith_referrals.domain.complaints import Category, Complaint, Outcome, State, Step
from kith_referrals.usecases import logs as usecases
from kith_referrals.views import logs as views

PERMISSIONS: Final = {
    "take_complaint": MEMBERS,
    "list_complaints": ADMINISTRATOR,
    "get_complaint": ADMINISTRATOR,
    "move_complaint": ADMINISTRATOR,
}

router = APIRouter(prefix="/complaints", tags=["complaints"])


class ComplaintBody(Body):
    """A complaint as it was received; days are civil dates (Europe/London). ``answer_by`` is the day promised.

    ``words`` are read by the organisation's administrators alone, and never leave this service.
    """

    category: Category
    received_on: date
    answer_by: date
    programme_id: UUID | None = None
    referral_id: UUID | None = None
    words: Notes | None = None


class StepBody(Body):
    """What was done, on which day (Europe/London); an answer says what came of it."""

    step: Step
    on: date
    outcome: Outcome | None = None


class ComplaintState(BaseModel):
    """Where a complaint stands. ``due_on`` is the last day for what is owed next."""

    id: UUID
    category: Category
    programme_id: UUID | None
    referral_id: UUID | None
    received_on: date
    answer_by: date
    state: State
    acknowledged_on: date | None
    escalated_on: date | None
    answered_on: date | None
    closed_on: date | None
    outcome: Outcome | None
    due_on: date | None
    version: int

    @classmethod
    def of(cls, complaint: Complaint) -> Self:
        """As the log has it."""
        return cls.model_validate(complaint, from_attributes=True)


class ComplaintView(ComplaintState):
    """A complaint with what was said."""

    words: str | None


@router.post("", status_code=201, response_model=ComplaintState)
async def take_complaint(request: Request, body: ComplaintBody, caller: CallerDep) -> Response:
    """Take a complaint to your organisation: it is acknowledged within 30 days, and answered by the day promised."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        wanted = Complaint(clock.new_id(), organisation_id, **vars(body))
        complaint = await usecases.take_complaint(tx, wanted, now=now)
        return Created(f"/complaints/{complaint.id}", ComplaintState.of(complaint), complaint.version)

    return await create(request, member, work)


@router.get("")
async def list_complaints(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[ComplaintState]:
    """The organisation's complaints, the most overdue first; last those for which nothing is owed."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        found = await views.list_complaints(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([ComplaintState.of(complaint) for complaint in found], limit)


@router.get("/{complaint_id}")
async def get_complaint(
    complaint_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, response: Response
) -> ComplaintView:
    """One complaint, with what was said."""
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        complaint = await views.get_complaint(tx, complaint_id, now=now)
    response.headers.update(etag(complaint.version))
    return ComplaintView.of(complaint)


@router.post("/{complaint_id}/steps")
async def move_complaint(complaint_id: UUID, body: StepBody, change: ChangeDep) -> ComplaintState:
    """Acknowledge, answer, escalate or close it. What is not possible is refused, with what is."""
    async with change.begin() as (tx, _):
        complaint = await usecases.move_complaint(
            tx, complaint_id, body.step, on=body.on, outcome=body.outcome, version=change.version, now=change.now
        )
    change.show(complaint.version)
    return ComplaintState.of(complaint)
