"""Incidents: logged by whoever was there, followed up, and closed."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    NowDep,
    Page,
    PageLimit,
    create,
    etag,
    leads_to,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import MOST_CODES, Codes, OrganisationDep, SpeakerDep, Words
from kith_matching.domain.incident import Incident, IncidentKind
from kith_matching.usecases import incidents
from kith_matching.views import incidents as views

router = APIRouter(tags=["incidents"])


class IncidentAsked(BaseModel):
    """What went wrong, or nearly did, on a day in Europe/London, and in ``done`` what was done at once, in codes.

    Whom it is about is said by ids, if at all. ``words`` are sealed, for who organises and for you: name
    nobody in them.
    """

    model_config = ConfigDict(extra="forbid")

    kind: IncidentKind
    happened_on: date
    serious: bool = False
    done: Codes = ()
    referral_id: UUID | None = None
    supporter_id: UUID | None = None
    words: Words | None = None


class IncidentShown(BaseModel):
    """An incident in codes. ``logged_by`` and ``closed_by`` are subjects of tokens."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: IncidentKind
    happened_on: date
    serious: bool
    done: tuple[str, ...]
    referral_id: UUID | None
    supporter_id: UUID | None
    logged_at: datetime
    logged_by: str
    closed_on: date | None
    closed_by: str | None
    version: int


class FollowUpAsked(BaseModel):
    """What was done about it, in codes, on a day in Europe/London."""

    model_config = ConfigDict(extra="forbid")

    followed_up_on: date
    done: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_CODES)]


class ClosingAsked(BaseModel):
    """Whether it turned out to be ``serious``: then it is kept twenty years, and ten otherwise."""

    model_config = ConfigDict(extra="forbid")

    serious: bool = False


class FollowUpShown(BaseModel):
    """What was done about it, and by whom: the subject of their token."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    followed_up_on: date
    done: tuple[str, ...]
    by: str


class IncidentRead(IncidentShown):
    """With its words and what was done since; ``look_again_on`` is when a human decides whether it is kept longer."""

    words: str | None
    follow_ups: list[FollowUpShown]
    look_again_on: date


@router.post(
    "/incidents",
    status_code=201,
    response_model=IncidentShown,
    responses={201: leads_to(["get_incident"], ["close_incident"], incident_id="id")},
)
async def log_incident(
    asked: IncidentAsked,
    request: Request,
    *,
    caller: CallerDep,
    speaker: SpeakerDep,
    organisation_id: OrganisationDep,
) -> Response:
    """Log an incident: whoever was there does. A supporter names themself and whom they support, and nobody else."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        incident = Incident(clock.new_id(), organisation_id, logged_at=now, logged_by=caller.subject, **dict(asked))
        logged = await incidents.log_incident(tx, incident, by=speaker, now=now)
        return Created(f"/incidents/{logged.id}", IncidentShown.model_validate(logged), logged.version)

    return await create(request, caller, work)


@router.get("/incidents")
async def list_incidents(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    open_only: Annotated[bool, Query(alias="open", description="Only those that nobody has closed.")] = False,
    limit: PageLimit = 50,
) -> Page[IncidentShown]:
    """The organisation's incidents, the first logged first."""
    async with database.transaction(caller) as tx:
        found = await views.list_incidents(tx, organisation_id, open_only=open_only, after=after, limit=limit, now=now)
    return page_of([IncidentShown.model_validate(one) for one in found], limit)


@router.get("/incidents/{incident_id}", responses={200: leads_to([], ["close_incident"], incident_id="id")})
async def get_incident(
    incident_id: UUID,
    response: Response,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
) -> IncidentRead:
    """One incident with its words: of your organisation for who organises, your own for whoever else logged it."""
    async with database.transaction(caller) as tx:
        incident, further = await incidents.read_incident(tx, incident_id, by=speaker, now=now)
    response.headers.update(etag(incident.version))
    shown = IncidentShown.model_validate(incident)
    done = [FollowUpShown.model_validate(one) for one in further]
    return IncidentRead(**dict(shown), words=incident.words, follow_ups=done, look_again_on=incident.look_again_on)


@router.post("/incidents/{incident_id}/follow-ups", status_code=201, response_model=FollowUpShown)
async def follow_up_incident(incident_id: UUID, asked: FollowUpAsked, request: Request, caller: CallerDep) -> Response:
    """Say what was done about it."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        further = await incidents.follow_up(
            tx, incident_id, asked.done, followed_up_on=asked.followed_up_on, by=caller.subject, now=now
        )
        return Created(f"/incidents/{incident_id}", FollowUpShown.model_validate(further))

    return await create(request, caller, work)


@router.post("/incidents/{incident_id}/closing", responses={200: leads_to(["get_incident"], [], incident_id="id")})
async def close_incident(
    incident_id: UUID,
    asked: ClosingAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> IncidentShown:
    """Close an incident about which something was done."""
    async with database.transaction(caller) as tx:
        closed = await incidents.close(
            tx, incident_id, by=caller.subject, serious=asked.serious, expected_version=expected, now=now
        )
    response.headers.update(etag(closed.version))
    return IncidentShown.model_validate(closed)
