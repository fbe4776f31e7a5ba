"""Goals of people: set, looked at together, reached, changed or let go."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

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
from kith_matching.api.asking import SpeakerDep, Words
from kith_matching.domain.goal import GoalState, LookedAt
from kith_matching.usecases import goals
from kith_matching.views import goals as views

router = APIRouter(tags=["goals"])


class GoalAsked(BaseModel):
    """What the person means to reach, and if they wish in their own words. ``set_on`` is a day in Europe/London.

    The words are sealed: whoever organises the programme reads them, and whoever supports the person now.
    """

    model_config = ConfigDict(extra="forbid")

    code: Code
    words: Words | None = None
    set_on: date


class GoalShown(BaseModel):
    """A goal by its code. The words are not here: ``get_goal`` has them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    referral_id: UUID
    programme_id: UUID
    code: str
    set_on: date
    state: GoalState
    ended_on: date | None
    version: int


class GoalListed(GoalShown):
    """With how near the person said they were last, from 0 to 10."""

    near: int | None


class GoalRead(GoalShown):
    """With the person's own words."""

    words: str | None


class LookAsked(BaseModel):
    """How near the person says they are: 0 is not met at all, 10 is met fully."""

    model_config = ConfigDict(extra="forbid")

    looked_on: date
    at: LookedAt
    near: Annotated[int, Field(ge=0, le=10)]


class LookShown(BaseModel):
    """How near the person said they were, from 0 to 10, on a day in Europe/London."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    goal_id: UUID
    looked_on: date
    at: LookedAt
    near: int


class GoalEndingAsked(BaseModel):
    """What became of a goal, since which day (Europe/London)."""

    model_config = ConfigDict(extra="forbid")

    state: Literal[GoalState.REACHED, GoalState.CHANGED, GoalState.LET_GO]
    on: date


class GoalsCounted(BaseModel):
    """What became of the goals of one code: how many were ``set``, by how many ``people``, and how each stands.

    ``looked_at_again`` were looked at twice or more; of those, ``nearer`` are where the person said last that they are
    nearer than they said first. It says what people said, never why.
    """

    code: str
    people: int
    set: int
    open: int
    reached: int
    changed: int
    let_go: int
    looked_at_again: int
    nearer: int


class ProgrammeGoalsCounted(BaseModel):
    """The codes of the programme's goals, those that were set most often first: two hundred at most."""

    items: list[GoalsCounted]


@router.post(
    "/referrals/{referral_id}/goals",
    status_code=201,
    response_model=GoalShown,
    responses={201: leads_to(["get_goal"], ["look_at_goal", "end_goal"], goal_id="id")},
)
async def set_goal(
    referral_id: UUID, asked: GoalAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep
) -> Response:
    """Set a goal with the person: of somebody whom you support, or of anybody in your organisation's programmes."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        goal = await goals.set_goal(tx, referral_id, asked.code, asked.words, set_on=asked.set_on, by=speaker, now=now)
        return Created(f"/goals/{goal.id}", GoalShown.model_validate(goal), goal.version)

    return await create(request, caller, work)


@router.get("/referrals/{referral_id}/goals")
async def list_goals(
    *,
    referral_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[GoalListed]:
    """The goals of the person, the first set first."""
    async with database.transaction(caller) as tx:
        await goals.check_may_see(tx, referral_id, speaker)
        found = await views.list_goals(tx, referral_id, after=after, limit=limit, now=now)
    return page_of([GoalListed.model_validate(one) for one in found], limit)


@router.get("/goals/{goal_id}", responses={200: leads_to([], ["look_at_goal", "end_goal"], goal_id="id")})
async def get_goal(
    goal_id: UUID, response: Response, *, database: DatabaseDep, caller: CallerDep, speaker: SpeakerDep, now: NowDep
) -> GoalRead:
    """One goal, with the person's words."""
    async with database.transaction(caller) as tx:
        goal = await goals.read_goal(tx, goal_id, by=speaker, now=now)
    response.headers.update(etag(goal.version))
    return GoalRead.model_validate(goal)


@router.post("/goals/{goal_id}/looks", status_code=201, response_model=LookShown)
async def look_at_goal(
    goal_id: UUID, asked: LookAsked, request: Request, *, caller: CallerDep, speaker: SpeakerDep
) -> Response:
    """Keep how near the person says they are."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        look = await goals.look_at_goal(
            tx, goal_id, asked.near, asked.at, looked_on=asked.looked_on, by=speaker, now=now
        )
        return Created(f"/goals/{goal_id}", LookShown.model_validate(look))

    return await create(request, caller, work)


@router.get("/goals/{goal_id}/looks")
async def list_goal_looks(
    *,
    goal_id: UUID,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    now: NowDep,
    after: CursorDep,
    limit: PageLimit = 50,
) -> Page[LookShown]:
    """How near the person said they were, the first kept first."""
    async with database.transaction(caller) as tx:
        await goals.check_theirs(tx, goal_id, speaker)
        found = await views.list_looks(tx, goal_id, after=after, limit=limit, now=now)
    return page_of([LookShown.model_validate(one) for one in found], limit)


@router.post("/goals/{goal_id}/ending", responses={200: leads_to(["get_goal"], [], goal_id="id")})
async def end_goal(
    goal_id: UUID,
    asked: GoalEndingAsked,
    *,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    speaker: SpeakerDep,
    expected: ExpectedVersion,
    now: NowDep,
) -> GoalShown:
    """Say that a goal was reached, changed or let go."""
    async with database.transaction(caller) as tx:
        goal = await goals.end_goal(
            tx, goal_id, asked.state, on=asked.on, by=speaker, expected_version=expected, now=now
        )
    response.headers.update(etag(goal.version))
    return GoalShown.model_validate(goal)


@router.get("/programmes/{programme_id}/goals")
async def count_goals(
    programme_id: UUID, database: DatabaseDep, caller: CallerDep, now: NowDep
) -> ProgrammeGoalsCounted:
    """How many goals of each code the people of a programme set, are nearer to, and reached. Nobody is named."""
    async with database.transaction(caller) as tx:
        found = await views.count_goals(tx, programme_id, now=now)
    return ProgrammeGoalsCounted.model_validate({"items": found})
