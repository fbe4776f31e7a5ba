"""Suspensions, for named roles alone: nobody else is shown that there is one, or why."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, ExpectedVersion, NowDep, create, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_contracts.fact import Code
from kith_matching.domain.suspension import Outcome
from kith_matching.usecases import suspending as usecases
from kith_matching.usecases.suspending import Seen

router = APIRouter(prefix="/supporters/{supporter_id}/suspension", tags=["safeguarding"])


class SuspensionAsked(BaseModel):
    """Why, as a code (``allegation``): never a word of what is alleged, and of whom."""

    model_config = ConfigDict(extra="forbid")

    reason: Code


class LiftingAsked(BaseModel):
    """What came of it."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome


class SuspensionShown(BaseModel):
    """A suspension. Others see a supporter who rests. Instants are UTC.

    ``running_matches`` are the supporter's that run now, of every programme: nothing ends them by itself, see to each.
    It holds in this organisation: whether the same human supports for another, the network does not know.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    supporter_id: UUID
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None
    outcome: Outcome | None
    version: int
    running_matches: tuple[UUID, ...]


@router.post(
    "",
    status_code=201,
    response_model=SuspensionShown,
    responses={201: leads_to(["get_suspension"], ["lift_suspension"], supporter_id="supporter_id")},
)
async def suspend_supporter(
    supporter_id: UUID, asked: SuspensionAsked, request: Request, caller: CallerDep
) -> Response:
    """Suspend a supporter in every programme at once; proposals of theirs that wait for an answer are withdrawn."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        seen = await usecases.suspend_supporter(tx, supporter_id, asked.reason, now=now)
        return Created(f"/supporters/{supporter_id}/suspension", _shown(seen), seen.suspension.version)

    return await create(request, caller, work)


@router.get("", responses={200: leads_to([], ["lift_suspension"], supporter_id="supporter_id")})
async def get_suspension(
    supporter_id: UUID, response: Response, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> SuspensionShown:
    """A supporter's last suspension, running or lifted."""
    async with database.transaction(caller) as tx:
        shown = _shown(await usecases.read_suspension(tx, supporter_id, now=now))
    response.headers.update(etag(shown.version))
    return shown


@router.post("/lifting", responses={200: leads_to(["get_suspension"], [], supporter_id="supporter_id")})
async def lift_suspension(
    supporter_id: UUID,
    asked: LiftingAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> SuspensionShown:
    """Lift a suspension, with what came of it: the supporter is where they were before, or leaves."""
    async with database.transaction(caller) as tx:
        lifted = await usecases.lift_suspension(tx, supporter_id, asked.outcome, expected_version=expected, now=now)
    shown = _shown(lifted)
    response.headers.update(etag(shown.version))
    return shown


def _shown(seen: Seen) -> SuspensionShown:
    told = {name: getattr(seen.suspension, name) for name in SuspensionShown.model_fields if name != "running_matches"}
    return SuspensionShown(**told, running_matches=tuple(seen.matches))
