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
    NowDep,
    Page,
    PageLimit,
    create,
    etag,
)
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import MEMBERS, OPERATOR, acting, author, in_organisation
from kith_referrals.api.leading import REFERRAL_MADE, REFERRAL_SHOWN
from kith_referrals.api.places import PlaceDep, encode_place
from kith_referrals.api.shapes import PersonView, ReferralBody, ReferralState, ReferralSummary, ReferralView
from kith_referrals.api.words import ReadingReason
from kith_referrals.domain.listing import Place
from kith_referrals.domain.making import Asked
from kith_referrals.domain.referral import Status
from kith_referrals.domain.steps import Actor
from kith_referrals.usecases import people as people_usecases
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {
    "make_referral": MEMBERS,
    "list_referrals": MEMBERS | OPERATOR,
    "get_referral": MEMBERS,
}
"""An operator sees where referrals stand, and never who is referred."""

_PERSON: Final = "person_"
_ABOUT_THE_PERSON: Final = tuple(f"{_PERSON}{name}" for name in PersonView.model_fields if name != "id")

router = APIRouter(prefix="/referrals", tags=["referrals"])


@router.post("", status_code=201, response_model=ReferralState, responses=REFERRAL_MADE)
async def make_referral(request: Request, body: ReferralBody, caller: CallerDep) -> Response:
    """Refer a person who agrees to it. The answer, which is kept for a day, names nobody."""
    member, by = acting(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        referral = await usecases.make_referral(tx, asked(body, by), by=by, now=now)
        state = ReferralState.model_validate(referral, from_attributes=True)
        return Created(f"/referrals/{referral.id}", state, referral.version)

    return await create(request, member, work)


@router.get("")
async def list_referrals(
    *,
    caller: CallerDep,
    database: DatabaseDep,
    status: Annotated[Status | None, Query(description="Only those that stand here.")] = None,
    programme: Annotated[UUID | None, Query(description="Only those to this programme.")] = None,
    overdue: Annotated[
        bool | None, Query(description="Only those of which a promise is missed today, or only the others.")
    ] = None,
    now: NowDep,
    after: PlaceDep = None,
    limit: PageLimit = 50,
) -> Page[ReferralSummary]:
    """Referrals that the organisation made or received: the longest overdue first, the urgent, then in order of making.

    Where those stand that it made is shown at the level of feedback to which the person agreed. An operator sees the
    network's, without drafts, in order of making.
    """
    asking, organisation_id = (caller, None) if _is_operator_alone(caller.roles) else in_organisation(caller)
    async with database.transaction(asking) as tx:
        rows = await views.list_referrals(
            tx,
            asking=organisation_id,
            status=status,
            programme_id=programme,
            overdue=overdue,
            after=after,
            limit=limit,
            now=now,
        )
    items = [ReferralSummary.model_validate(row) for row in rows]
    last = Place.of(*(rows[-1][name] for name in ("rank", "id", "due_on"))) if len(rows) == limit else None
    return Page(items=items, next=encode_place(last) if last else None)


@router.get("/{referral_id}", responses=REFERRAL_SHOWN)
async def get_referral(
    *,
    referral_id: UUID,
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
    reason: ReadingReason = None,
) -> ReferralView:
    """A referral with its person: for the organisation that referred, and the programme's while the person agrees.

    The one that referred is shown where it stands at the level of feedback to which the person agreed.
    """
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_referral(tx, referral_id, asking=organisation_id, now=now)
        if row["shown_id"] is not None:
            by = author(member, organisation_id, now)
            await people_usecases.note_read(tx, row["shown_id"], restricted=row["restricted"], reason=reason, by=by)
    response.headers.update(etag(row["version"]))
    return ReferralView.model_validate({**row, "person": _person(row) if row["shows_person"] else None})


def asked(body: ReferralBody, by: Actor) -> Asked:
    """The referral as an organisation asks for it, under new ids."""
    return Asked(
        referral_id=clock.new_id(),
        person=body.person.person(clock.new_pseudonym(), by.organisation_id),
        programme_id=body.programme_id,
        wish=body.wish(),
        answer=body.consent.answer(),
    )


def _person(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["shown_id"], **{name.removeprefix(_PERSON): row[name] for name in _ABOUT_THE_PERSON}}


def _is_operator_alone(roles: frozenset[str]) -> bool:
    return roles.isdisjoint(MEMBERS)
