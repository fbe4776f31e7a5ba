"""Coordinators hand over what they look after, all or some of it at once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep, Subject
from kith_matching.domain.looking_after import Kind, Thing
from kith_matching.usecases import handing_over
from kith_matching.views.handovers import list_handovers as list_all

router = APIRouter(tags=["handovers"])

MOST_CHOSEN = 5_000


class ThingAsked(BaseModel):
    """A supporter, a referral or a match that is handed over."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    id: UUID


class HandoverAsked(BaseModel):
    """Who hands over to whom, by the opaque subjects of their tokens.

    Without ``chosen`` all that is theirs moves. Without ``from_coordinator`` what was chosen, and what nobody looks
    after yet, is taken on.
    """

    model_config = ConfigDict(extra="forbid")

    from_coordinator: Subject | None = None
    to_coordinator: Subject
    chosen: Annotated[tuple[ThingAsked, ...], Field(min_length=1, max_length=MOST_CHOSEN)] | None = None


class HandoverShown(BaseModel):
    """What went from one coordinator to another, and how much of each kind."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    from_coordinator: str | None
    to_coordinator: str
    arranged_by: str
    handed_at: datetime
    supporters: int
    referrals: int
    matches: int


@router.post("/handovers", status_code=201, response_model=HandoverShown)
async def hand_over(
    asked: HandoverAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Let one coordinator look after what another did: all of it, or what is chosen; or nothing, if that cannot be."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        chosen = None if asked.chosen is None else {Thing(one.kind, one.id) for one in asked.chosen}
        handover = await handing_over.hand_over(
            tx,
            organisation_id,
            chosen,
            from_coordinator=asked.from_coordinator,
            to_coordinator=asked.to_coordinator,
            arranged_by=caller.subject,
            now=now,
        )
        return Created("/handovers", HandoverShown.model_validate(handover))

    return await create(request, caller, work)


@router.get("/handovers")
async def list_handovers(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[HandoverShown]:
    """The organisation's handovers, the first arranged first."""
    async with database.transaction(caller) as tx:
        found = await list_all(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([HandoverShown.model_validate(one) for one in found], limit)
