"""How long a match lasts: when it is planned to end, that it goes on, and whether somebody depends on it."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_matching import views
from kith_matching.api.matches import MatchShown
from kith_matching.domain.match import Balance, Match
from kith_matching.usecases import extending

router = APIRouter(tags=["matching"])


class PlannedEndingAsked(BaseModel):
    """The day (Europe/London) on which support is to end."""

    model_config = ConfigDict(extra="forbid")

    ends_on: date


class ExtendingAsked(BaseModel):
    """The day (Europe/London) until which support goes on."""

    model_config = ConfigDict(extra="forbid")

    until: date


class BalanceAsked(BaseModel):
    """What becomes of support that lasts."""

    model_config = ConfigDict(extra="forbid")

    balance: Balance


Decider = Callable[[Callable[[AsyncConnection], Awaitable[Match]]], Awaitable[MatchShown]]


async def decider(response: Response, database: DatabaseDep, caller: CallerDep) -> Decider:
    """What every change of how long a match lasts is, but for the change itself."""

    async def decide(change: Callable[[AsyncConnection], Awaitable[Match]]) -> MatchShown:
        async with database.transaction(caller) as tx:
            match = await change(tx)
            shown = MatchShown.model_validate(await views.show_match(tx, match.id))
        response.headers.update(etag(match.version))
        return shown

    return decide


DeciderDep = Annotated[Decider, Depends(decider)]
LEADS: Final[dict[int | str, dict[str, Any]]] = {200: leads_to(["get_match"], ["end_match"], match_id="id")}


@router.post("/matches/{match_id}/planned-ending", responses=LEADS)
async def plan_ending(
    match_id: UUID, asked: PlannedEndingAsked, decide: DeciderDep, expected: ExpectedVersion, now: NowDep
) -> MatchShown:
    """Plan on which day support ends, or another day that is not later: longer is an extension."""
    return await decide(
        lambda tx: extending.plan_ending(tx, match_id, asked.ends_on, expected_version=expected, now=now)
    )


@router.post("/matches/{match_id}/extending", responses=LEADS)
async def extend_match(
    match_id: UUID, asked: ExtendingAsked, decide: DeciderDep, expected: ExpectedVersion, now: NowDep
) -> MatchShown:
    """Let support go on until a later day. After as many times as the programme says, somebody looks at the balance."""
    return await decide(lambda tx: extending.extend(tx, match_id, asked.until, expected_version=expected, now=now))


@router.post("/matches/{match_id}/balance", responses=LEADS)
async def answer_balance(
    match_id: UUID, asked: BalanceAsked, decide: DeciderDep, expected: ExpectedVersion, now: NowDep
) -> MatchShown:
    """Say what becomes of support that was extended often: whether somebody has come to depend on it."""
    return await decide(
        lambda tx: extending.answer_balance(tx, match_id, asked.balance, expected_version=expected, now=now)
    )
