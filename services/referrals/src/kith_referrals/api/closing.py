"""Closing an organisation: the operator announces it, anybody of it reads the plan, and turns hand over what it has."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import ADMINISTRATOR, OPERATOR, administering, author
from kith_referrals.api.words import Body
from kith_referrals.domain.closing import Closing
from kith_referrals.usecases import closing as usecases
from kith_referrals.views import closing as views

PERMISSIONS: Final = {
    "announce_closing": OPERATOR,
    "get_closing": ADMINISTRATOR | OPERATOR,
    "hand_over": OPERATOR,
    "call_off_closing": OPERATOR,
}

router = APIRouter(prefix="/organisations/{organisation_id}/closing", tags=["closing"])


class ClosingBody(Body):
    """The last day (Europe/London), the opaque id of the administrator who asked for it, and who follows.

    ``successors`` names for the organisation's programmes, by id, those that people are sent on to.
    """

    closes_on: date
    administrator: Annotated[str, Field(min_length=1, max_length=255)]
    successor_id: UUID | None = None
    successors: Annotated[dict[UUID, UUID], Field(max_length=200)] = Field(default_factory=dict)


class ClosingView(BaseModel):
    """A closing, and what the organisation still has of each kind, as far as the caller sees it.

    ``referrals_made`` are open ones to others' programmes, which go on. ``people_in_others_care`` are those of its
    people whom such a referral keeps: their records are restricted once it is over. ``people_erasing`` are to be
    erased, and neither move nor are restricted; whoever is erased is counted nowhere. ``access_requests`` wait for
    an answer. ``drafts``, ``invitations`` that nobody has used and ``rows_waiting`` end from the last day on;
    ``households`` that do not go over stay with the records of those in them.
    """

    organisation_id: UUID
    closes_on: date
    administrator: str
    successor_id: UUID | None
    successors: dict[UUID, UUID]
    announced_at: datetime
    closed_at: datetime | None
    referrals_offered: int
    referrals_taken_on: int
    referrals_made: int
    people: int
    people_in_others_care: int
    people_restricted: int
    people_erasing: int
    access_requests: int
    households: int
    drafts: int
    rows_waiting: int
    invitations: int
    agreements: int


class TurnView(BaseModel):
    """What this turn did, and what is left. ``done``: nothing is left that can be handed over now.

    ``households_parted`` are those that not all in them may follow: whoever went is in them no more, and one in which
    nobody was is gone.
    """

    handed_back: int
    people_handed_over: int
    people_restricted: int
    households_handed_over: int
    households_parted: int
    drafts_forgotten: int
    invitations_ended: int
    rows_closed: int
    done: bool
    left: ClosingView


class CalledOffView(BaseModel):
    """What calling a closing off could bring back, and what it could not.

    ``agreements_going_on`` last as long as they did before; ``agreements_left`` ended, or somebody changed them since:
    propose new ones where they are wanted. ``programmes_taking_nobody`` take people again when each is published
    as open. Offers that were handed back stay with whoever has them now.
    """

    organisation_id: UUID
    agreements_going_on: list[UUID]
    agreements_left: list[UUID]
    programmes_taking_nobody: list[UUID]


@router.post("", status_code=201, response_model=ClosingView)
async def announce_closing(organisation_id: UUID, request: Request, body: ClosingBody, caller: CallerDep) -> Response:
    """Announce that an organisation closes. At once nobody is referred to it or by it; its agreements end that day."""

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        closing = Closing(
            organisation_id=organisation_id, announced_at=now, announced_by=caller.subject, **body.model_dump()
        )
        await usecases.announce_closing(tx, closing)
        found = ClosingView.model_validate(await views.get_closing(tx, organisation_id))
        return Created(f"/organisations/{organisation_id}/closing", found)

    return await create(request, caller, work)


@router.get("")
async def get_closing(organisation_id: UUID, caller: CallerDep, database: DatabaseDep) -> ClosingView:
    """The plan: what is announced, and what the organisation still has."""
    async with database.transaction(administering(caller, organisation_id)) as tx:
        return ClosingView.model_validate(await views.get_closing(tx, organisation_id))


@router.post("/handover")
async def hand_over(organisation_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> TurnView:
    """Hand over up to 500 referrals and 500 of each other kind; from the last day on, ask again until it is ``done``.

    Offers go back to whoever referred, or on to the programme that follows. From the last day on, who was taken on is
    closed, and records go to the successor where the person's consent covers it; others are restricted. A household
    follows if all in it do. Drafts, unused invitations and rows that wait end. Each turn goes on where the last one
    ended, so it needs neither a key nor a version.
    """
    async with database.transaction(caller) as tx:
        turn = await usecases.hand_over(tx, author(caller, organisation_id, now))
        left = ClosingView.model_validate(await views.get_closing(tx, organisation_id))
    return TurnView(
        handed_back=turn.handed_back,
        people_handed_over=turn.people_handed_over,
        people_restricted=turn.people_restricted,
        households_handed_over=turn.households_handed_over,
        households_parted=turn.households_parted,
        drafts_forgotten=turn.cleared.drafts,
        invitations_ended=turn.cleared.invitations,
        rows_closed=turn.cleared.rows,
        done=turn.done,
        left=left,
    )


@router.delete("")
async def call_off_closing(
    organisation_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> CalledOffView:
    """Call a closing off, until the last day has come. Nobody is referred to a programme before it is open again."""
    async with database.transaction(caller) as tx:
        done = await usecases.call_off(tx, author(caller, organisation_id, now))
    return CalledOffView.model_validate(done, from_attributes=True)
