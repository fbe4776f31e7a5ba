"""Supervision: logged by who gives it, due by the programme's rhythm, its notes read by them and the supporter."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import Caller, CallerDep
from kith_matching.api.asking import SUPERVISORS, OrganisationDep
from kith_matching.domain.supervision import Attendance, Prompt, Supervision, SupervisionKind
from kith_matching.usecases import supervising
from kith_matching.views import supervision as views

router = APIRouter(tags=["supervision"])

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class TalkAsked(BaseModel):
    """What was talked about with a supporter. ``note`` is sealed: you read it, and the supporter does.

    A supporter reads what was noted while they had access of their own, and of a meeting what was noted of them alone.
    """

    model_config = ConfigDict(extra="forbid")

    prompts: Annotated[tuple[Prompt, ...], Field(max_length=len(Prompt))] = ()
    note: Note | None = None


class OneToOneAsked(TalkAsked):
    """A supervision that a supporter had to themself. ``held_on`` is a day in Europe/London."""

    held_on: date
    minutes: Annotated[int, Field(ge=1, le=1440)]


class AttendanceAsked(TalkAsked):
    """A supporter who was at a meeting."""

    supporter_id: UUID


class MeetingAsked(BaseModel):
    """A meeting of several supporters. ``held_on`` is a day in Europe/London."""

    model_config = ConfigDict(extra="forbid")

    held_on: date
    minutes: Annotated[int, Field(ge=1, le=1440)]
    supporters: Annotated[tuple[AttendanceAsked, ...], Field(min_length=1, max_length=100)]


class SupervisionShown(BaseModel):
    """That a supporter was supervised. What was said is not here: an answer to a create is kept for a day."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    meeting_id: UUID
    supporter_id: UUID
    kind: SupervisionKind
    held_on: date
    minutes: int


class MeetingShown(BaseModel):
    """One meeting, with the record of each supporter who was there."""

    id: UUID
    supervisions: tuple[SupervisionShown, ...]


class SupervisionRead(SupervisionShown):
    """A supervision as who gave it reads it, or who received it.

    ``note`` is null where there is none, or nothing that opens it. ``closed``: you received it before you had access of
    your own, and what was said was noted for the supervisor alone.
    """

    prompts: tuple[Prompt, ...]
    note: str | None
    closed: bool


class DueShown(BaseModel):
    """When a supporter's supervision is due, ``weeks`` after the last one or after they became active.

    ``id`` is the supporter's. ``due_on`` is the last day that is on time (Europe/London).
    """

    id: UUID
    name: str
    weeks: int
    last_on: date | None
    due_on: date
    overdue: bool


@router.get("/supporters/supervision")
async def list_supervision_due(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[DueShown]:
    """The active supporters whose programmes set a rhythm, the most overdue first."""
    async with database.transaction(caller) as tx:
        found = await views.list_due(tx, organisation_id, after=after, limit=limit, today=clock.today(now), now=now)
    return page_of([DueShown.model_validate(one) for one in found], limit)


@router.post(
    "/supporters/{supporter_id}/supervisions",
    status_code=201,
    response_model=SupervisionShown,
    responses={201: leads_to(["get_supervision"], supervision_id="id")},
)
async def log_supervision(
    supporter_id: UUID, asked: OneToOneAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Log a supervision that you gave to one supporter."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        attended = [Attendance(supporter_id, asked.prompts, asked.note)]
        logged = await _log(
            tx, SupervisionKind.ONE_TO_ONE, attended, asked, caller=caller, organisation_id=organisation_id, now=now
        )
        return Created(f"/supervisions/{logged[0].id}", SupervisionShown.model_validate(logged[0]))

    return await create(request, caller, work)


@router.post("/supervisions", status_code=201, response_model=MeetingShown)
async def log_supervision_meeting(
    asked: MeetingAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Log a supervision that you gave to several supporters together: a record for each, all or none."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        attended = [Attendance(one.supporter_id, one.prompts, one.note) for one in asked.supporters]
        logged = await _log(
            tx, SupervisionKind.GROUP, attended, asked, caller=caller, organisation_id=organisation_id, now=now
        )
        shown = tuple(SupervisionShown.model_validate(one) for one in logged)
        return Created(f"/supervisions/{logged[0].id}", MeetingShown(id=logged[0].meeting_id, supervisions=shown))

    return await create(request, caller, work)


@router.get("/supporters/{supporter_id}/supervisions")
async def list_supervisions(
    supporter_id: UUID,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[SupervisionShown]:
    """What a supporter received, the first logged first: when, how long and how, and nothing that was said.

    A supporter lists their own, and reads with its id what was noted of them.
    """
    own = caller.subject if caller.roles.isdisjoint(SUPERVISORS) else None
    async with database.transaction(caller) as tx:
        found = await views.list_received(tx, supporter_id, own=own, after=after, limit=limit, now=now)
    return page_of([SupervisionShown.model_validate(one) for one in found], limit)


@router.get("/supervisions/{supervision_id}")
async def get_supervision(
    supervision_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SupervisionRead:
    """A supervision that you gave, or received, with its note. Others' are not there."""
    async with database.transaction(caller) as tx:
        found = await supervising.read_supervision(tx, supervision_id, caller.subject, now=now)
    response.headers["Cache-Control"] = "no-store"
    return SupervisionRead.model_validate(found, from_attributes=True)


async def _log(
    tx: AsyncConnection,
    kind: SupervisionKind,
    attended: list[Attendance],
    asked: OneToOneAsked | MeetingAsked,
    *,
    caller: Caller,
    organisation_id: UUID,
    now: datetime,
) -> list[Supervision]:
    return await supervising.log_supervision(
        tx,
        kind,
        attended,
        organisation_id=organisation_id,
        held_on=asked.held_on,
        minutes=asked.minutes,
        supervisor=caller.subject,
        now=now,
    )
