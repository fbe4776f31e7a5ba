"""What was told of a concern without agreement: to whom, why, and whether they have answered."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.concern import Item, SharedWith
from kith_matching.usecases import concerns
from kith_matching.usecases.concerns import SharingAsked
from kith_matching.views import concerns as views

router = APIRouter(tags=["concerns"])

Words = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]+$", min_length=1, max_length=4000)]
"""What somebody writes; only the named roles read it."""


class SharingShown(BaseModel):
    """What was shared without agreement: to whom, which items, why, and by when an answer is asked for."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    shared_with: SharedWith
    receiving_organisation_id: UUID | None
    items: tuple[Item, ...]
    shared_at: datetime
    shared_by: str
    answer_by: date
    answered_on: date | None


class SharingRead(SharingShown):
    """What was shared, with the reason."""

    reason: str


class UnansweredSharing(SharingShown):
    """What was shared and not answered, of which concern. ``overdue``: the day of ``answer_by`` is over."""

    concern_id: UUID
    overdue: bool


class SharingWanted(BaseModel):
    """What you tell somebody without agreement: no more items than do the work, and why it cannot wait or be asked."""

    model_config = ConfigDict(extra="forbid")

    shared_with: SharedWith
    receiving_organisation_id: UUID | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=len(Item))]
    reason: Words


@router.get("/concerns/sharings")
async def list_unanswered_sharings(
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[UnansweredSharing]:
    """What your organisation shared and nobody has answered, due and still to come; also of decided concerns."""
    async with database.transaction(caller) as tx:
        found = await views.list_unanswered(tx, organisation_id, after=after, limit=limit, now=now)
    response.headers["Cache-Control"] = "no-store"
    return page_of([UnansweredSharing.model_validate(one) for one in found], limit)


@router.post(
    "/concerns/{concern_id}/sharings",
    status_code=201,
    response_model=SharingShown,
    responses={201: leads_to([], ["answer_sharing"], sharing_id="id")},
)
async def share_concern(concern_id: UUID, asked: SharingWanted, request: Request, caller: CallerDep) -> Response:
    """Record that you told somebody without agreement. You tell them yourself: Kith sends nothing of it to anybody."""
    wanted = SharingAsked(asked.shared_with, asked.items, asked.reason, asked.receiving_organisation_id)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        sharing = await concerns.share(tx, concern_id, wanted, by=caller.subject, now=now)
        return Created(f"/concerns/{concern_id}/sharings/{sharing.id}", SharingShown.model_validate(sharing))

    return await create(request, caller, work)


@router.post("/concerns/{concern_id}/sharings/{sharing_id}/answering")
async def answer_sharing(
    concern_id: UUID, sharing_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SharingShown:
    """Record that whoever was told has answered."""
    async with database.transaction(caller) as tx:
        answered = await concerns.note_answer(tx, concern_id, sharing_id, now=now)
    return SharingShown.model_validate(answered)
