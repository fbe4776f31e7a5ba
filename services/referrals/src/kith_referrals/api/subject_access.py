"""The right of access: a person asked what is known of them; until when, what is awaited and given, how it ended."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    NowDep,
    Page,
    PageLimit,
    create,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, ChangeDep, author, in_organisation
from kith_referrals.api.words import Body
from kith_referrals.domain.subject_access import Awaited, Outcome, Reason
from kith_referrals.usecases import subject_access as usecases
from kith_referrals.views import subject_access as views

PERMISSIONS: Final = {
    "ask_for_access": ADMINISTRATOR,
    "list_access_requests": ADMINISTRATOR,
    "gather_record": ADMINISTRATOR,
    "extend_access_request": ADMINISTRATOR,
    "await_access_answer": ADMINISTRATOR,
    "take_access_answer": ADMINISTRATOR,
    "close_access_request": ADMINISTRATOR,
}

router = APIRouter(tags=["rights"])


class AccessBody(Body):
    """The day on which the person asked (Europe/London)."""

    asked_on: date


class ExtensionBody(Body):
    """Why the answer takes longer, and on which day the person was told (Europe/London)."""

    told_on: date
    reason: Reason


class WaitBody(Body):
    """What the person was asked, and on which day (Europe/London)."""

    asked_on: date
    awaited: Annotated[Awaited, Field(alias="for")]


class AnswerBody(Body):
    """The day on which the person answered (Europe/London)."""

    answered_on: date


class ClosureBody(Body):
    """How the request ended, and on which day (Europe/London)."""

    closed_on: date
    outcome: Outcome


class AccessWait(BaseModel):
    """What the person was asked, and how long the clock stood for it."""

    model_config = ConfigDict(from_attributes=True, serialize_by_alias=True)

    awaited: Annotated[Awaited, Field(serialization_alias="for")]
    asked_on: date
    answered_on: date


class AccessRequest(BaseModel):
    """A request. ``due_on`` is the last day on which to answer it; it is null while the person's answer is awaited.

    ``extended_on`` is the day on which the person was told that it takes three months. ``waits`` are over.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    asked_on: date
    due_on: date | None
    version: int
    extended_on: date | None
    extended_for: Reason | None
    waiting_since: date | None
    waiting_for: Awaited | None
    waits: list[AccessWait]
    closed_on: date | None
    outcome: Outcome | None


class AccessSection(BaseModel):
    """Rows of one kind. What is not given is an object ``{"redacted": code}`` in the place of the value."""

    section: str
    rows: list[dict[str, Any]]


class AccessRecord(BaseModel):
    """Everything that this service holds about the person, as far as the organisation may give it."""

    request: AccessRequest
    organisation_id: UUID
    gathered_at: datetime
    sections: list[AccessSection]


@router.post("/people/{person_id}/subject-access", status_code=201, response_model=AccessRequest)
async def ask_for_access(request: Request, person_id: UUID, body: AccessBody, caller: CallerDep) -> Response:
    """Log that the person asked: the clock runs. For an organisation that sees them."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        by = author(member, organisation_id, now)
        asked = await usecases.open_request(tx, clock.new_id(), person_id, asked_on=body.asked_on, by=by)
        return Created(f"/subject-access-requests/{asked.id}", AccessRequest.model_validate(asked), asked.version)

    return await create(request, member, work)


@router.get("/subject-access-requests")
async def list_access_requests(
    caller: CallerDep, database: DatabaseDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[AccessRequest]:
    """The organisation's requests and when they are due, in the order in which they were logged."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        found = await views.list_requests(tx, organisation_id, after=after, limit=limit)
    return page_of([AccessRequest.model_validate(request) for request in found], limit)


@router.get("/subject-access-requests/{request_id}/record")
async def gather_record(
    request_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, response: Response
) -> AccessRecord:
    """Everything this service holds about the person who asked. ``kith subject-access`` adds the other services'."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        request = await usecases.begin_gathering(tx, request_id, by=author(member, organisation_id, now))
        found = await views.gather(tx, request.person_id, organisation_id)
    response.headers["Cache-Control"] = "no-store"
    return AccessRecord(
        request=AccessRequest.model_validate(request),
        organisation_id=organisation_id,
        gathered_at=now,
        sections=[AccessSection(section=name, rows=[dict(row) for row in rows]) for name, rows in found],
    )


@router.post("/subject-access-requests/{request_id}/extension")
async def extend_access_request(request_id: UUID, body: ExtensionBody, change: ChangeDep) -> AccessRequest:
    """Record that the person was told, within the first month, that their answer takes three."""
    async with change.begin() as (tx, by):
        extended = await usecases.extend_request(
            tx, request_id, reason=body.reason, told_on=body.told_on, version=change.version, by=by
        )
    change.show(extended.version)
    return AccessRequest.model_validate(extended)


@router.post("/subject-access-requests/{request_id}/wait")
async def await_access_answer(request_id: UUID, body: WaitBody, change: ChangeDep) -> AccessRequest:
    """Stop the clock: the person was asked what they mean, or who they are."""
    async with change.begin() as (tx, by):
        waiting = await usecases.await_answer(
            tx, request_id, awaited=body.awaited, asked_on=body.asked_on, version=change.version, by=by
        )
    change.show(waiting.version)
    return AccessRequest.model_validate(waiting)


@router.post("/subject-access-requests/{request_id}/answer")
async def take_access_answer(request_id: UUID, body: AnswerBody, change: ChangeDep) -> AccessRequest:
    """Let the clock run on: the person answered. The request is due as many days later as that took."""
    async with change.begin() as (tx, by):
        resumed = await usecases.take_answer(
            tx, request_id, answered_on=body.answered_on, version=change.version, by=by
        )
    change.show(resumed.version)
    return AccessRequest.model_validate(resumed)


@router.post("/subject-access-requests/{request_id}/closure")
async def close_access_request(request_id: UUID, body: ClosureBody, change: ChangeDep) -> AccessRequest:
    """Record how the request ended."""
    async with change.begin() as (tx, by):
        closed = await usecases.close_request(
            tx, request_id, outcome=body.outcome, closed_on=body.closed_on, version=change.version, by=by
        )
    change.show(closed.version)
    return AccessRequest.model_validate(closed)
