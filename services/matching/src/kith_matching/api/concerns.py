"""Concerns: raised in one action by anybody, and answered by those whose duty it is."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, page_of
from kith_chassis.identity import CallerDep
from kith_matching.api.asking import OrganisationDep
from kith_matching.api.concern_sharings import SharingRead, Words
from kith_matching.api.duty_desks import CrisisLineAsked
from kith_matching.domain.concern import EMERGENCY, About, Concern, Decision, Grounds, Raised
from kith_matching.domain.duty_desk import DutyDesk
from kith_matching.domain.supporter import SupporterState
from kith_matching.usecases import concerns
from kith_matching.views import concerns as views
from kith_matching.views.concerns import Told

router = APIRouter(tags=["concerns"])


class ConcernAsked(BaseModel):
    """What you are worried about. Only the ``grounds`` must be said; the rest helps whoever answers.

    ``about`` with ``about_id`` is what you have before you. ``words`` are sealed: only whose duty it is reads them.
    """

    model_config = ConfigDict(extra="forbid")

    grounds: Grounds
    about: About | None = None
    about_id: UUID | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        """Half a reference finds nothing."""
        if (self.about is None) != (self.about_id is None):
            raise ValueError("say about and about_id together, or neither")
        return self


class ConcernRaisedShown(BaseModel):
    """That it was received, by when somebody sees to it, and whom to call meanwhile."""

    id: UUID
    grounds: Grounds
    raised_at: datetime
    acknowledge_by: datetime
    emergency: str = EMERGENCY
    crisis_lines: tuple[CrisisLineAsked, ...] = ()


class OwnConcernShown(BaseModel):
    """Whether somebody has answered what you raised."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    grounds: Grounds
    raised_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    decided_at: datetime | None


class ConcernShown(BaseModel):
    """A concern, its clocks and its answers. ``raised_by`` is null where Kith itself raised it.

    Of a ``risk-item`` it is who sent answers that were refused: nothing of them is kept, so ask them what was said.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    grounds: Grounds
    about: About | None
    about_id: UUID | None
    referral_id: UUID | None
    programme_id: UUID | None
    desk_id: UUID | None
    raised_at: datetime
    raised_by: str | None
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    decide_by: datetime
    decided_at: datetime | None
    decided_by: str | None
    decision: Decision | None


class ConcernListed(ConcernShown):
    """A concern, and how many whom it was shared with have not answered."""

    unanswered_sharings: int


class ConcernedSupporter(BaseModel):
    """Who supports there, and how you reach them."""

    id: UUID
    name: str
    telephone: str | None
    email: str | None
    state: SupporterState


class ConcernedVisit(BaseModel):
    """The visit it is about: when it was to be, and what was said of it since (UTC)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    cancelled_at: datetime | None


class ConcernRead(ConcernShown):
    """A concern with all that was written of it.

    ``supporters`` are those whom it may be about, or who support whoever it is about. Whom ``referral_id`` is of, and
    how they are reached, referrals answers to your role: ``GET /referrals/{referral_id}/concerned-person``.
    """

    words: str | None
    reason: str | None
    sharings: tuple[SharingRead, ...]
    supporters: tuple[ConcernedSupporter, ...]
    visit: ConcernedVisit | None


class DecisionAsked(BaseModel):
    """What is done, and why. ``shared`` where, and only where, something was shared of it."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: Words


@router.post("/concerns", status_code=201, response_model=ConcernRaisedShown)
async def raise_concern(
    asked: ConcernAsked, request: Request, *, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Raise a concern. The duty desk is written to at once; nobody has to agree, and nothing has to be found first.

    Kith is not an emergency service: if somebody is in danger now, call 999.
    """
    raised = Raised(asked.grounds, asked.about, asked.about_id, asked.words)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        kept, desk = await concerns.raise_concern(
            tx, raised, organisation_id=organisation_id, by=caller.subject, now=now
        )
        return Created(f"/concerns/{kept.id}", _received(kept, desk), kept.version)

    return await create(request, caller, work)


@router.get("/concerns")
async def list_concerns(
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
    state: Annotated[
        Literal["open", "all"], Query(description="Only those without a decision or an answer, or all.")
    ] = "open",
) -> Page[ConcernListed]:
    """Your organisation's concerns, the first raised first; open until decided and answered by all who were told."""
    async with database.transaction(caller) as tx:
        found = await views.list_concerns(
            tx, organisation_id, open_only=state == "open", after=after, limit=limit, now=now
        )
    response.headers["Cache-Control"] = "no-store"
    return page_of([ConcernListed.model_validate(one) for one in found], limit)


@router.get("/concerns/own")
async def list_own_concerns(
    *,
    database: DatabaseDep,
    caller: CallerDep,
    organisation_id: OrganisationDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[OwnConcernShown]:
    """What you raised yourself, and whether somebody has answered."""
    async with database.transaction(caller) as tx:
        found = await views.list_own(tx, organisation_id, caller.subject, after=after, limit=limit, now=now)
    return page_of([OwnConcernShown.model_validate(one) for one in found], limit)


@router.get("/concerns/{concern_id}")
async def get_concern(
    concern_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ConcernRead:
    """One concern with all that was written of it, and whom you can reach. That you read it is on the record."""
    async with database.transaction(caller) as tx:
        told = await views.get_concern(tx, concern_id, now=now)
    response.headers["Cache-Control"] = "no-store"
    return _read(told)


@router.post("/concerns/{concern_id}/acknowledging")
async def acknowledge_concern(
    concern_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ConcernShown:
    """Say that you see to it. Until then it is passed on, from the lead to the deputy to a trustee."""
    async with database.transaction(caller) as tx:
        seen = await concerns.acknowledge(tx, concern_id, by=caller.subject, now=now)
    response.headers["Cache-Control"] = "no-store"
    return ConcernShown.model_validate(seen)


@router.post("/concerns/{concern_id}/deciding")
async def decide_concern(
    *, concern_id: UUID, asked: DecisionAsked, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ConcernShown:
    """Say what is done, and why. It is final: what happens after is another concern."""
    async with database.transaction(caller) as tx:
        decided = await concerns.decide(tx, concern_id, asked.decision, asked.reason, by=caller.subject, now=now)
    response.headers["Cache-Control"] = "no-store"
    return ConcernShown.model_validate(decided)


def _received(concern: Concern, desk: DutyDesk | None) -> ConcernRaisedShown:
    lines = desk.crisis_lines if desk else ()
    return ConcernRaisedShown(
        id=concern.id,
        grounds=concern.grounds,
        raised_at=concern.raised_at,
        acknowledge_by=concern.acknowledge_by,
        crisis_lines=tuple(CrisisLineAsked.model_validate(line) for line in lines),
    )


def _read(told: Told) -> ConcernRead:
    by_part = {of: words for _, of, words in told.words}
    by_id = {id_: words for id_, _, words in told.words}
    sharings = [SharingRead.model_validate({**one, "reason": by_id.get(one["id"], "")}) for one in told.sharings]
    there = {"supporters": told.supporters, "visit": told.visit, "sharings": sharings}
    return ConcernRead.model_validate(
        {**told.concern, **there, "words": by_part.get("raised"), "reason": by_part.get("decided")}
    )
