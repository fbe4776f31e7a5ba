"""Many referrals in one request, each of them accepted or refused by itself."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import Created, Problem, create, invalid, problem_of
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import MEMBERS, acting
from kith_referrals.api.referring import asked
from kith_referrals.api.shapes import ReferralBody, ReferralState
from kith_referrals.api.statuses import REFUSALS
from kith_referrals.api.words import Body
from kith_referrals.domain.making import Asked
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import ReferralRefused
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {"make_referrals": MEMBERS}

BULK: Final = "/referrals/bulk"
"""Where it stands; its bodies may be longer than others."""
MOST_REFERRALS: Final = 1000
"""Referrals in one request: each request is one transaction."""

router = APIRouter(tags=["referrals"])

Item = Annotated[ReferralBody | dict[str, Any], Field(union_mode="left_to_right")]
"""A referral; or an object that is none, which is refused alone, and not the request that it came in."""


class ReferralsBody(Body):
    """Referrals by one organisation, each as ``POST /referrals`` takes one."""

    referrals: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MOST_REFERRALS)]


class ReferralResult(BaseModel):
    """What ``POST /referrals`` would have answered: its status, and either the referral or the problem."""

    status: int = Field(description="201 where the referral was made, else that of the problem.")
    referral: ReferralState | None = None
    problem: Problem | None = None


class ReferralResults(BaseModel):
    """The results, in the order in which the referrals were sent."""

    results: list[ReferralResult]


@router.post(BULK, status_code=HTTPStatus.CREATED, response_model=ReferralResults)
async def make_referrals(request: Request, body: ReferralsBody, caller: CallerDep) -> Response:
    """Refer up to 1,000 people at once. Each is referred, or refused with the code that it would have alone.

    What is refused undoes nothing of the others: correct those, and send them with a new key. Of two with one source
    reference the first that can be made is. Where the service meets a fault, nothing is made; send the same again with
    the same key. The answer, which is kept for a day, names nobody.
    """
    member, by = acting(caller)
    each = [
        asked(item, by) if isinstance(item, ReferralBody) else _wrong(item, ("body", "referrals", place))
        for place, item in enumerate(body.referrals)
    ]

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        wanted = [one for one in each if isinstance(one, Asked)]
        made = iter(await usecases.make_referrals(tx, wanted, by=by, now=now))
        results = [_result(one if isinstance(one, Problem) else next(made)) for one in each]
        return Created("/referrals", ReferralResults(results=results))

    return await create(request, member, work)


def _wrong(item: dict[str, Any], at: Sequence[str | int]) -> Problem:
    """Why the item is no referral."""
    try:
        ReferralBody.model_validate(item)
    except ValidationError as error:
        return invalid(error.errors(), at=at)
    raise TypeError("what is read as a referral the second time was one the first time")


def _result(done: Referral | ReferralRefused | Problem) -> ReferralResult:
    if isinstance(done, Referral):
        state = ReferralState.model_validate(done, from_attributes=True)
        return ReferralResult(status=HTTPStatus.CREATED, referral=state)
    problem = done if isinstance(done, Problem) else problem_of(done, REFUSALS)
    return ReferralResult(status=problem.status, problem=problem)
