"""Supporters' checks, of which nothing is kept that they say."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, CursorDep, NowDep, Page, PageLimit, create, leads_to, page_of
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.api.asking import OrganisationDep
from kith_matching.domain.checks import Body, CheckRecord, Decision, Eligibility
from kith_matching.usecases import qualifying as usecases
from kith_matching.views import qualifying as views

router = APIRouter(prefix="/supporters/{supporter_id}/checks", tags=["supporters"])

LastFour = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{4}$")]


class CheckAsked(BaseModel):
    """A criminal-record check as it stands now; what is recorded later of the same kind replaces it.

    ``eligibility`` says whether the role may be checked at this level, ``eligibility_reason`` why, in a code: to ask
    for a level that a role is not eligible for is an offence. ``looked_at_on`` is the last look at its status, and the
    day of issue unless it is told; ``next_look_on`` the day by which to look again, if that is sooner than the
    programme asks. ``number_ends`` is the last four of its number. Days are days in Europe/London.
    """

    model_config = ConfigDict(extra="forbid")

    body: Body
    level: Code
    workforce: Code
    eligibility: Eligibility
    eligibility_reason: Code
    issued_on: date | None = None
    looked_at_on: date | None = None
    next_look_on: date | None = None
    decision: Decision
    number_ends: LastFour | None = None


class CheckShown(CheckAsked):
    """A check as it was recorded."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    supporter_id: UUID


@router.post(
    "",
    status_code=201,
    response_model=CheckShown,
    responses={201: leads_to(["list_checks"], supporter_id="supporter_id")},
)
async def record_check(
    supporter_id: UUID, asked: CheckAsked, request: Request, caller: CallerDep, organisation_id: OrganisationDep
) -> Response:
    """Record a supporter's check: that one is awaited, what was decided on it, or that it was looked at again."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        told = dict(asked) | {"looked_at_on": asked.looked_at_on or asked.issued_on}
        check = CheckRecord(id=clock.new_id(), supporter_id=supporter_id, organisation_id=organisation_id, **told)
        kept = await usecases.record_check(tx, check, now=now)
        return Created(f"/supporters/{supporter_id}/checks", CheckShown.model_validate(kept))

    return await create(request, caller, work)


@router.get("")
async def list_checks(
    supporter_id: UUID,
    *,
    database: DatabaseDep,
    caller: CallerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[CheckShown]:
    """A supporter's checks, in the order in which they were recorded."""
    async with database.transaction(caller) as tx:
        found = await views.list_checks(tx, supporter_id, after=after, limit=limit, now=now)
    return page_of([CheckShown.model_validate(one) for one in found], limit)
