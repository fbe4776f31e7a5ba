"""Referrals: made by one organisation, decided by another, seen by those two alone."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import (
    Created,
    CursorDep,
    ExpectedVersion,
    NowDep,
    Page,
    PageLimit,
    create,
    encode_cursor,
    etag,
)
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import DECIDERS, MEMBERS, OPERATOR, author, in_organisation
from kith_referrals.api.shapes import (
    ClosureBody,
    ConsentChangeBody,
    DecisionBody,
    PersonView,
    ReferralBody,
    ReferralState,
    ReferralSummary,
    ReferralView,
)
from kith_referrals.api.words import ReadingReason
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.usecases import people as people_usecases
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {
    "make_referral": MEMBERS,
    "list_referrals": MEMBERS | OPERATOR,
    "get_referral": MEMBERS,
    "decide_referral": DECIDERS,
    "withdraw_referral": MEMBERS,
    "close_referral": MEMBERS,
    "change_consent": MEMBERS,
}
"""An operator sees where referrals stand, and never who is referred."""

_PERSON: Final = "person_"
_ABOUT_THE_PERSON: Final = tuple(f"{_PERSON}{name}" for name in PersonView.model_fields if name != "id")

router = APIRouter(prefix="/referrals", tags=["referrals"])


@router.post("", status_code=201, response_model=ReferralState)
async def make_referral(request: Request, body: ReferralBody, caller: CallerDep) -> Response:
    """Refer a person who agrees to it. The answer, which is kept for a day, names nobody."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        referral = await usecases.make_referral(
            tx,
            referral_id=clock.new_id(),
            person=body.person.person(clock.new_pseudonym(), organisation_id),
            programme_id=body.programme_id,
            wish=body.wish(),
            answer=body.consent.answer(),
            now=now,
        )
        return Created(f"/referrals/{referral.id}", _state(referral), referral.version)

    return await create(request, member, work)


@router.get("")
async def list_referrals(
    *,
    caller: CallerDep,
    database: DatabaseDep,
    status: Annotated[Status | None, Query(description="Only those that stand here.")] = None,
    programme: Annotated[UUID | None, Query(description="Only those to this programme.")] = None,
    after: CursorDep = None,
    limit: PageLimit = 50,
) -> Page[ReferralSummary]:
    """Referrals that the organisation made or received, in order of making; an operator sees the network's."""
    asking, organisation_id = (caller, None) if _is_operator_alone(caller.roles) else in_organisation(caller)
    async with database.transaction(asking) as tx:
        rows = await views.list_referrals(
            tx, asking=organisation_id, status=status, programme_id=programme, after=after, limit=limit
        )
    items = [ReferralSummary.model_validate(row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].id) if len(items) == limit else None)


@router.get("/{referral_id}")
async def get_referral(
    *,
    referral_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
    reason: ReadingReason = None,
) -> ReferralView:
    """A referral with its person: for the organisation that referred, and the programme's while the person agrees."""
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_referral(tx, referral_id)
        by = author(member, organisation_id, now)
        await people_usecases.note_read(tx, row["shown_id"], restricted=row["restricted"], reason=reason, by=by)
    response.headers.update(etag(row["version"]))
    return ReferralView.model_validate({**row, "person": _person(row)})


@router.post("/{referral_id}/decision")
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
    """Accept, or decline with a reason: for the organisation that owns the programme."""
    member, by = in_organisation(caller)
    async with database.transaction(member) as tx:
        if body.decision == "accept":
            referral = await usecases.accept_referral(tx, referral_id, by=by, version=version, now=now)
        else:
            reason = body.reason or ""
            referral = await usecases.decline_referral(tx, referral_id, by=by, reason=reason, version=version, now=now)
    return _answer(referral, response)


@router.post("/{referral_id}/withdrawal")
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
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.withdraw_referral(tx, referral_id, version=version, now=now)
    return _answer(referral, response)


@router.post("/{referral_id}/closure")
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
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.close_referral(tx, referral_id, reason=body.reason, version=version, now=now)
    return _answer(referral, response)


@router.post("/{referral_id}/consent")
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

    When they no longer agree to share the referral, the programme's organisation sees it no more.
    """
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        referral = await usecases.change_consent(
            tx, referral_id, purpose=body.purpose, word=body.word(), version=version, now=now
        )
    return _answer(referral, response)


def _answer(referral: Referral, response: Response) -> ReferralState:
    response.headers.update(etag(referral.version))
    return _state(referral)


def _state(referral: Referral) -> ReferralState:
    return ReferralState.model_validate(referral, from_attributes=True)


def _person(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["shown_id"], **{name.removeprefix(_PERSON): row[name] for name in _ABOUT_THE_PERSON}}


def _is_operator_alone(roles: frozenset[str]) -> bool:
    return roles.isdisjoint(MEMBERS)
