"""Whom a concern is about, for whoever's duty it is to answer it."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import DUTY_ROLES, CallerDep
from kith_referrals.api.asking import in_organisation
from kith_referrals.domain.concerned import Purpose
from kith_referrals.views import concerned as views

PERMISSIONS: Final = {"get_concerned_person": DUTY_ROLES}

router = APIRouter(tags=["concerns"])


class ReferrerOfConcerned(BaseModel):
    """The organisation that referred them, which may know more. ``email`` is its address for notices."""

    id: UUID
    name: str
    email: str | None


class CarerOfConcerned(BaseModel):
    """Somebody of their household who cares for them and is referred too, and how they asked to be contacted."""

    given_name: str | None
    family_name: str
    telephone: str | None
    email: str | None
    contact_by: list[str]
    do_not_contact: bool
    safe_times: str | None
    language: str


class ConcernedPerson(BaseModel):
    """Who they are, and how they are reached or helped: no word about why they were referred.

    ``contact_by``, ``do_not_contact`` and ``safe_times`` (in words) are how they asked to be contacted: a call at
    another time, or a letter, may bring them into danger. ``agrees`` says who decides for them. ``risk_to_visitor`` is
    for whoever goes there.
    """

    referral_id: UUID
    given_name: str | None
    family_name: str
    birth_date: date | None
    died_on: date | None
    address: str | None
    postcode: str | None
    telephone: str | None
    email: str | None
    contact_by: list[str]
    do_not_contact: bool
    safe_times: str | None
    language: str
    interpreter: str | None
    accessible_information: list[str]
    agrees: str
    power_act: str | None
    power_expires_on: date | None
    risk_to_visitor: list[str]
    referrer: ReferrerOfConcerned
    carers: list[CarerOfConcerned]


@router.get("/referrals/{referral_id}/concerned-person")
async def get_concerned_person(
    *,
    referral_id: UUID,
    concern_id: Annotated[UUID, Query(description="The concern that is answered; kept on the record.")],
    purpose: Annotated[Purpose, Query(description="What you need it for; kept on the record.")],
    caller: CallerDep,
    database: DatabaseDep,
    now: NowDep,
    response: Response,
) -> ConcernedPerson:
    """Whom a concern is about, and how they are reached, whatever they agreed to. Each look is on the record.

    For a safeguarding lead of the organisation that referred, or of the programme's.
    """
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        row = await views.get_concerned_person(tx, referral_id, concern_id=concern_id, purpose=purpose, now=now)
    response.headers["Cache-Control"] = "no-store"
    referrer = {name: row[f"referrer_{name}"] for name in ReferrerOfConcerned.model_fields}
    return ConcernedPerson.model_validate({**row, "referrer": referrer})
