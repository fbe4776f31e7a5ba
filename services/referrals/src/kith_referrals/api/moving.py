"""The steps of a referral that somebody takes, each by the organisation whose it is, and the record of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import Database, DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag
from kith_chassis.identity import Caller, CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, MEMBERS, acting, in_organisation
from kith_referrals.api.consenting import ConsentChangeBody
from kith_referrals.api.leading import REFERRAL_SHOWN
from kith_referrals.api.shapes import (
    ClosureBody,
    DecisionBody,
    NoteBody,
    NotYetBody,
    ReferralState,
    ReopeningBody,
    Steps,
    StepView,
)
from kith_referrals.api.words import Body, Notes
from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Actor, Moved
from kith_referrals.usecases import logs, reopening
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {
    "acknowledge_referral": DECIDERS,
    "ask_about_referral": DECIDERS,
    "answer_about_referral": MEMBERS,
    "decide_referral": DECIDERS,
    "put_referral_off": DECIDERS,
    "look_at_referral_again": DECIDERS,
    "withdraw_referral": MEMBERS,
    "close_referral": MEMBERS,
    "reopen_referral": MEMBERS,
    "change_consent": MEMBERS,
    "misdirect_referral": MEMBERS,
    "list_steps": MEMBERS,
}

router = APIRouter(prefix="/referrals/{referral_id}", tags=["referrals"])

Move = Callable[[Referral, Actor, datetime], Moved]
"""A step of ``lifecycle``, with all but the referral, who takes it and when."""


class MisdirectionBody(Body):
    """What the organisation's administrators should know of it."""

    note: Notes | None = None


@dataclass(slots=True)
class Mover:
    """Somebody about to take a step: which referral, at which version, when."""

    referral_id: UUID
    caller: Caller
    version: int
    database: Database
    now: datetime
    response: Response

    async def take(self, move: Move) -> ReferralState:
        """Take the step, and show where the referral then stands."""
        member, by = acting(self.caller)
        async with self.database.transaction(member) as tx:
            referral = await usecases.move_referral(
                tx, self.referral_id, lambda found: move(found, by, self.now), version=self.version, now=self.now
            )
            return await self.shown(tx, referral, by)

    async def shown(self, tx: AsyncConnection, referral: Referral, by: Actor) -> ReferralState:
        """Where the referral now stands, as far as they may know it, with its version as the answer's ``ETag``."""
        (referral,) = await usecases.as_known(tx, [referral], by.organisation_id, now=self.now)
        self.response.headers.update(etag(referral.version))
        return ReferralState.model_validate(referral, from_attributes=True)


async def _mover(
    *,
    referral_id: UUID,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> Mover:
    return Mover(referral_id, caller, version, database, now, response)


MoverDep = Annotated[Mover, Depends(_mover)]


@router.post("/acknowledgement", responses=REFERRAL_SHOWN)
async def acknowledge_referral(mover: MoverDep) -> ReferralState:
    """Say that the referral was received: for the organisation that owns the programme."""
    return await mover.take(lifecycle.acknowledge)


@router.post("/question", responses=REFERRAL_SHOWN)
async def ask_about_referral(mover: MoverDep, body: NoteBody) -> ReferralState:
    """Ask the referrer something before deciding: for the organisation that owns the programme."""
    return await mover.take(lambda referral, by, now: lifecycle.ask(referral, by, body.note, now))


@router.post("/answer", responses=REFERRAL_SHOWN)
async def answer_about_referral(mover: MoverDep, body: NoteBody) -> ReferralState:
    """Answer what the programme asked: for the organisation that referred."""
    return await mover.take(lambda referral, by, now: lifecycle.answer(referral, by, body.note, now))


@router.post("/decision", responses=REFERRAL_SHOWN)
async def decide_referral(mover: MoverDep, body: DecisionBody) -> ReferralState:
    """Accept, put on the waiting list, decline with a reason, or redirect: for the programme's organisation.

    Where the person chooses between several programmes, accepting holds a place until they have chosen.
    """

    def decide(referral: Referral, by: Actor, now: datetime) -> Moved:
        match body.decision:
            case "accept":
                return lifecycle.accept(referral, by, now)
            case "wait":
                return lifecycle.put_on_waiting_list(referral, by, now)
            case "decline":
                return lifecycle.decline(referral, by, body.reason or "", now)
            case "redirect":
                return lifecycle.redirect(referral, by, body.programme_id, body.note, now)

    return await mover.take(decide)


@router.post("/not-yet", responses=REFERRAL_SHOWN)
async def put_referral_off(mover: MoverDep, body: NotYetBody) -> ReferralState:
    """Record that the person is not ready yet, and when to ask again: for the organisation that owns the programme."""
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        referral = await usecases.put_off_referral(
            tx, mover.referral_id, body.revisit_on, by=by, version=mover.version, now=mover.now
        )
        return await mover.shown(tx, referral, by)


@router.post("/look-again", responses=REFERRAL_SHOWN)
async def look_at_referral_again(mover: MoverDep) -> ReferralState:
    """Take up again who was not ready yet, to decide anew: for the organisation that owns the programme."""
    return await mover.take(lifecycle.look_again)


@router.post("/withdrawal", responses=REFERRAL_SHOWN)
async def withdraw_referral(mover: MoverDep) -> ReferralState:
    """Record that the person no longer wants it: for either organisation, before the end."""
    return await mover.take(lifecycle.withdraw)


@router.post("/closure", responses=REFERRAL_SHOWN)
async def close_referral(mover: MoverDep, body: ClosureBody) -> ReferralState:
    """Record that nothing more will happen, and why: for either organisation."""
    return await mover.take(lambda referral, by, now: lifecycle.close(referral, by, body.reason, now))


@router.post("/reopening", responses=REFERRAL_SHOWN)
async def reopen_referral(mover: MoverDep, body: ReopeningBody) -> ReferralState:
    """Open again what was over, with its history, to be decided anew: for either organisation that still sees it.

    The rules of making a referral hold as they stand today. What a death closed, a mistake, or the person's choice of
    another programme stays closed.
    """
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        referral = await reopening.reopen_referral(
            tx, mover.referral_id, reason=body.reason, by=by, version=mover.version, now=mover.now
        )
        return await mover.shown(tx, referral, by)


@router.post("/consent", responses=REFERRAL_SHOWN)
async def change_consent(mover: MoverDep, body: ConsentChangeBody) -> ReferralState:
    """Record what the person now says about one purpose: whichever organisation they told.

    ``tell-referrer`` says how much the referrer hears (``feedback``). When they no longer agree to share the referral,
    the programme's organisation sees it no more; and where it had not taken it on, the offer is recalled.
    """
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        referral = await usecases.change_consent(
            tx,
            mover.referral_id,
            purpose=body.purpose,
            word=body.word(),
            by=by,
            version=mover.version,
            now=mover.now,
        )
        return await mover.shown(tx, referral, by)


@router.post("/misdirection", responses=REFERRAL_SHOWN)
async def misdirect_referral(mover: MoverDep, body: MisdirectionBody) -> ReferralState:
    """This referral was sent to the wrong programme: for the organisation that referred.

    One step: it is entered in error, whoever received it sees it no more from this moment, and a breach is logged for
    the organisation's administrators, whose 72 hours begin.
    """
    member, by = acting(mover.caller)
    async with mover.database.transaction(member) as tx:
        referral = await logs.misdirect_referral(
            tx, mover.referral_id, note=body.note, by=by, version=mover.version, now=mover.now
        )
        return await mover.shown(tx, referral, by)


@router.get("/steps")
async def list_steps(referral_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> Steps:
    """Everything that happened to the referral, in order: who, when, why. For the organisations that may see it.

    The one that referred is shown the steps that it may know by the level of feedback to which the person agreed.
    """
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_steps(tx, referral_id, asking=organisation_id, now=now)
    return Steps(items=[StepView.model_validate(row) for row in rows])
