"""Households: people who are supported or counted together, the unnamed as numbers."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, create, etag, leads_to
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import MEMBERS, Change, ChangeDep, in_organisation
from kith_referrals.api.words import Body
from kith_referrals.domain.households import Household, Relation
from kith_referrals.usecases import households as usecases

PERMISSIONS: Final = dict.fromkeys(
    ("make_household", "get_household", "recount_household", "join_household", "leave_household"), MEMBERS
)

Others = dict[Relation, Annotated[int, Field(ge=0, le=50)]]

router = APIRouter(prefix="/households", tags=["households"])


class HouseholdBody(Body):
    """How many people are in it who are not referred, by what they are to the one whom it is about."""

    others: Others = Field(default_factory=dict)


class MemberBody(Body):
    """What the person is to the one whom the household is about; nothing for that one."""

    relation: Relation | None = None


class HouseholdState(BaseModel):
    """How many people a household is; it names nobody."""

    id: UUID
    version: int
    size: int
    others: dict[Relation, int]


class HouseholdView(HouseholdState):
    """A household with those of its referred members whom the asking organisation may see."""

    members: list[UUID]


@router.post(
    "",
    status_code=201,
    response_model=HouseholdState,
    responses={201: leads_to(["get_household"], ["recount_household"], household_id="id")},
)
async def make_household(request: Request, body: HouseholdBody, caller: CallerDep) -> Response:
    """Make a household, with the others in it counted and not named."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, _now: datetime) -> Created:
        household = Household(clock.new_pseudonym(), organisation_id, body.others)
        await usecases.make_household(tx, household)
        return Created(f"/households/{household.id}", _state(household), household.version)

    return await create(request, member, work)


@router.get("/{household_id}", responses={200: leads_to([], ["recount_household"], household_id="id")})
async def get_household(
    household_id: UUID, caller: CallerDep, database: DatabaseDep, response: Response
) -> HouseholdView:
    """A household: for the organisation that made it, and for whoever sees a referral of somebody in it."""
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_household(tx, household_id)
    response.headers.update(etag(row["version"]))
    return HouseholdView.model_validate(row)


@router.put("/{household_id}")
async def recount_household(household_id: UUID, body: HouseholdBody, change: ChangeDep) -> HouseholdState:
    """Change how many unnamed people are in it."""
    async with change.begin() as (tx, by):
        household = await usecases.recount_household(
            tx, household_id, others=body.others, version=change.version, by=by.organisation_id
        )
    return _answer(household, change)


@router.put("/{household_id}/members/{person_id}")
async def join_household(household_id: UUID, person_id: UUID, body: MemberBody, change: ChangeDep) -> HouseholdState:
    """Put a person into it whom the same organisation referred, or change what they are to it."""
    async with change.begin() as (tx, by):
        household = await usecases.join_household(
            tx, household_id, person_id=person_id, relation=body.relation, version=change.version, by=by.organisation_id
        )
    return _answer(household, change)


@router.delete("/{household_id}/members/{person_id}")
async def leave_household(household_id: UUID, person_id: UUID, change: ChangeDep) -> HouseholdState:
    """Take a person out of it."""
    async with change.begin() as (tx, by):
        household = await usecases.leave_household(
            tx, household_id, person_id=person_id, version=change.version, by=by.organisation_id
        )
    return _answer(household, change)


def _answer(household: Household, change: Change) -> HouseholdState:
    change.show(household.version)
    return _state(household)


def _state(household: Household) -> HouseholdState:
    return HouseholdState(
        id=household.id, version=household.version, size=household.size, others=dict(household.others)
    )
