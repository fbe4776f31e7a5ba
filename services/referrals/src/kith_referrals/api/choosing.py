"""One wish, offered to several programmes at once, between which the person chooses."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.database import DatabaseDep
from kith_chassis.http import Created, NowDep, create, leads_to
from kith_chassis.identity import CallerDep
from kith_referrals import views
from kith_referrals.api.asking import MEMBERS, acting, in_organisation
from kith_referrals.api.shapes import ChosenBody, ReferralState, WishBody
from kith_referrals.domain.choice import MOST
from kith_referrals.domain.referral import Referral
from kith_referrals.usecases import referring as usecases

PERMISSIONS: Final = {"offer_choice": MEMBERS, "get_choice": MEMBERS, "choose": MEMBERS}

router = APIRouter(prefix="/choices", tags=["choices"])


class ChoiceBody(WishBody):
    """A wish, and the programmes it is offered to. The organisation's own reference names the first referral."""

    programme_ids: Annotated[tuple[UUID, ...], Field(max_length=MOST)]


class ChoiceView(BaseModel):
    """The referrals of one wish, one for each programme, as far as the caller may see them."""

    id: UUID
    referrals: list[ReferralState]


@router.post(
    "", status_code=201, response_model=ChoiceView, responses={201: leads_to(["get_choice", "choose"], choice_id="id")}
)
async def offer_choice(request: Request, body: ChoiceBody, caller: CallerDep) -> Response:
    """Refer a person to several programmes. Each that accepts holds a place until the person has chosen."""
    member, by = acting(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        choice_id = clock.new_id()
        made = await usecases.offer_choice(
            tx,
            choice_id=choice_id,
            offers=[(clock.new_id(), programme_id) for programme_id in body.programme_ids],
            person=body.person.person(clock.new_pseudonym(), by.organisation_id),
            wish=body.wish(),
            answer=body.consent.answer(),
            by=by,
            now=now,
        )
        return Created(f"/choices/{choice_id}", _view(choice_id, made))

    return await create(request, member, work)


@router.get("/{choice_id}")
async def get_choice(choice_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep) -> ChoiceView:
    """Who has said what so far: all of it for the organisation that referred, its own part for a programme's.

    The first is shown it at the level of feedback to which the person agreed.
    """
    member, organisation_id = in_organisation(caller)
    async with database.transaction(member) as tx:
        rows = await views.list_choice(tx, choice_id, asking=organisation_id, now=now)
    return ChoiceView(id=choice_id, referrals=[ReferralState.model_validate(row) for row in rows])


@router.post("/{choice_id}/choice")
async def choose(
    choice_id: UUID, body: ChosenBody, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> ChoiceView:
    """Record the person's yes to a programme that holds a place: for the organisation that referred.

    The other programmes are released, told, and see the referral no more. It needs no ``If-Match``: the person's yes
    does not depend on what the others said meanwhile, and there is only one.
    """
    member, by = acting(caller)
    async with database.transaction(member) as tx:
        referrals = await usecases.choose(tx, choice_id, body.referral_id, by=by, now=now)
        known = await usecases.as_known(tx, referrals, by.organisation_id, now=now)
    return _view(choice_id, known)


def _view(choice_id: UUID, referrals: list[Referral]) -> ChoiceView:
    return ChoiceView(
        id=choice_id, referrals=[ReferralState.model_validate(one, from_attributes=True) for one in referrals]
    )
