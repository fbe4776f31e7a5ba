"""The steps of a referral that somebody takes, each by the organisation whose it is, and the record of them."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from kith_chassis.database import DatabaseDep
from kith_chassis.http import ExpectedVersion, NowDep, etag
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, MEMBERS, acting, in_organisation
from kith_referrals.api.shapes import (
    ClosureBody,
    ConsentChangeBody,
    DecisionBody,
    NoteBody,
    ReferralState,
    Steps,
    StepView,
)
from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Moved
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {
    "acknowledge_referral": DECIDERS,
    "ask_about_referral": DECIDERS,
    "answer_about_referral": MEMBERS,
    "decide_referral": DECIDERS,
    "withdraw_referral": MEMBERS,
    "close_referral": MEMBERS,
    "change_consent": MEMBERS,
    "list_steps": MEMBERS,
}

router = APIRouter(prefix="/referrals/{referral_id}", tags=["referrals"])


@router.post("/acknowledgement")
async def acknowledge_referral(
    *,
    referral_id: UUID,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Say that the referral was received: for the organisation that owns the programme."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(
            tx, referral_id, lambda referral: lifecycle.acknowledge(referral, by, now), version=version, now=now
        )
    return shown(referral, response)


@router.post("/question")
async def ask_about_referral(
    *,
    referral_id: UUID,
    body: NoteBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Ask the referrer something before deciding: for the organisation that owns the programme."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(
            tx, referral_id, lambda referral: lifecycle.ask(referral, by, body.note, now), version=version, now=now
        )
    return shown(referral, response)


@router.post("/answer")
async def answer_about_referral(
    *,
    referral_id: UUID,
    body: NoteBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Answer what the programme asked: for the organisation that referred."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(
            tx, referral_id, lambda referral: lifecycle.answer(referral, by, body.note, now), version=version, now=now
        )
    return shown(referral, response)


@router.post("/decision")
async def decide_referral(
    *,
    referral_id: UUID,
    body: DecisionBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Accept, put on the waiting list, decline with a reason, or redirect: for the programme's organisation.

    Where the person chooses between several programmes, accepting holds a place until they have chosen.
    """
    member, by = acting(caller)

    def decide(referral: Referral) -> Moved:
        match body.decision:
            case "accept":
                return lifecycle.accept(referral, by, now)
            case "wait":
                return lifecycle.put_on_waiting_list(referral, by, now)
            case "decline":
                return lifecycle.decline(referral, by, body.reason or "", now)
            case "redirect":
                return lifecycle.redirect(referral, by, body.programme_id, body.note, now)

    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(tx, referral_id, decide, version=version, now=now)
    return shown(referral, response)


@router.post("/withdrawal")
async def withdraw_referral(
    *,
    referral_id: UUID,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Record that the person no longer wants it: for either organisation, before the end."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(
            tx, referral_id, lambda referral: lifecycle.withdraw(referral, by, now), version=version, now=now
        )
    return shown(referral, response)


@router.post("/closure")
async def close_referral(
    *,
    referral_id: UUID,
    body: ClosureBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Record that nothing more will happen, and why: for either organisation."""
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.move_referral(
            tx, referral_id, lambda referral: lifecycle.close(referral, by, body.reason, now), version=version, now=now
        )
    return shown(referral, response)


@router.post("/consent")
async def change_consent(
    *,
    referral_id: UUID,
    body: ConsentChangeBody,
    caller: CallerDep,
    version: ExpectedVersion,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ReferralState:
    """Record what the person now says about one purpose: whichever organisation they told.

    When they no longer agree to share the referral, the programme's organisation sees it no more; and where it had not
    taken it on, the offer is recalled.
    """
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.change_consent(
            tx, referral_id, purpose=body.purpose, word=body.word(), by=by, version=version, now=now
        )
    return shown(referral, response)


@router.get("/steps")
async def list_steps(referral_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> Steps:
    """Everything that happened to the referral, in order: who, when, why. For the organisations that may see it."""
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_steps(tx, referral_id, now=now)
    return Steps(items=[StepView.model_validate(row) for row in rows])


def shown(referral: Referral, response: Response) -> ReferralState:
    """Where the referral now stands, with its version as the answer's ``ETag``."""
    response.headers.update(etag(referral.version))
    return ReferralState.model_validate(referral, from_attributes=True)
