"""What went wrong with people's data: a log for an organisation's administrators, and numbers for the operator."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
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
    encode_cursor,
    etag,
    page_of,
)
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, OPERATOR, ChangeDep, in_organisation
from kith_referrals.api.words import Body, Instant, Notes
from kith_referrals.domain.breaches import Breach, Containment, Telling, What
from kith_referrals.usecases import logs as usecases
from kith_referrals.views import logs as views

PERMISSIONS: Final = {
    "log_breach": ADMINISTRATOR,
    "list_breaches": ADMINISTRATOR,
    "count_breaches": OPERATOR,
    "get_breach": ADMINISTRATOR,
    "change_breach": ADMINISTRATOR,
}

router = APIRouter(tags=["breaches"])


class BreachBody(Body):
    """A breach as it is now known. Times say their zone.

    The commissioner is told within 72 hours of ``found_at``, or it is decided that it need not be
    (``ico_not_needed``); likewise the people concerned.
    """

    what: Annotated[tuple[What, ...], Field(min_length=1, max_length=len(What))]
    found_at: Instant
    referral_id: UUID | None = None
    containment: Annotated[tuple[Containment, ...], Field(max_length=len(Containment))] = ()
    ico_told_at: Instant | None = None
    ico_not_needed: bool = False
    people_told_at: Instant | None = None
    people_not_told: bool = False
    note: Notes | None = None

    def breach(self, breach_id: UUID, organisation_id: UUID) -> Breach:
        """The breach as the domain has it."""
        return Breach(breach_id, organisation_id, **vars(self))


class BreachView(BaseModel):
    """A breach. ``due_at`` is when the 72 hours end, until it is decided whether the commissioner is told."""

    id: UUID
    what: tuple[What, ...]
    found_at: datetime
    referral_id: UUID | None
    person_id: UUID | None
    containment: tuple[Containment, ...]
    ico: Telling
    ico_told_at: datetime | None
    people: Telling
    people_told_at: datetime | None
    note: str | None
    due_at: datetime | None
    is_open: bool
    version: int

    @classmethod
    def of(cls, breach: Breach) -> Self:
        """As the log has it."""
        return cls.model_validate(breach, from_attributes=True)


class BreachCounts(BaseModel):
    """How many breaches an organisation logged, still has open, and is late to tell the commissioner of."""

    organisation_id: UUID
    logged: int
    open: int
    overdue: int


@router.post("/breaches", status_code=201, response_model=BreachView)
async def log_breach(request: Request, body: BreachBody, caller: CallerDep) -> Response:
    """Log a breach. The answer is kept for a day, and so it is without the note."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        breach = await usecases.log_breach(tx, body.breach(clock.new_id(), organisation_id), now=now)
        shown = BreachView.of(breach).model_copy(update={"note": None})
        return Created(f"/breaches/{breach.id}", shown, breach.version)

    return await create(request, member, work)


@router.get("/breaches")
async def list_breaches(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[BreachView]:
    """The organisation's breaches, those first about which the commissioner is to be told soonest."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        found = await views.list_breaches(tx, organisation_id, after=after, limit=limit, now=now)
    return page_of([BreachView.of(breach) for breach in found], limit)


@router.get("/breaches/counts")
async def count_breaches(
    caller: CallerDep, database: DatabaseDep, now: NowDep, after: CursorDep = None, limit: PageLimit = 50
) -> Page[BreachCounts]:
    """How many each organisation logged, has open and is late with, for the operator; nothing of what happened."""
    async with database.transaction(caller) as tx:
        rows = await views.count_breaches(tx, after=after, limit=limit, now=now)
    items = [BreachCounts.model_validate(row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].organisation_id) if len(items) == limit else None)


@router.get("/breaches/{breach_id}")
async def get_breach(
    breach_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep, response: Response
) -> BreachView:
    """One breach."""
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        breach = await views.get_breach(tx, breach_id, now=now)
    response.headers.update(etag(breach.version))
    return BreachView.of(breach)


@router.put("/breaches/{breach_id}")
async def change_breach(breach_id: UUID, body: BreachBody, change: ChangeDep) -> BreachView:
    """Record what is now known: how it was contained, who was told. The body is all of it."""
    async with change.begin() as (tx, by):
        breach = await usecases.change_breach(
            tx, body.breach(breach_id, by.organisation_id), version=change.version, now=change.now
        )
    change.show(breach.version)
    return BreachView.of(breach)
