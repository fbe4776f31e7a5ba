"""Requests for help: whose they are, for the safeguarding leads of the organisation that answers."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import DUTY_ROLES, CallerDep
from kith_referrals.api.asking import in_organisation
from kith_referrals.views import help_requests as views

PERMISSIONS: Final = {"get_help_request": DUTY_ROLES}

router = APIRouter(prefix="/help-requests", tags=["help requests"])


class HelpRequestView(BaseModel):
    """Whose request it is, by their referral, and when they asked (UTC)."""

    id: UUID
    referral_id: UUID
    asked_at: datetime


@router.get("/{help_request_id}")
async def get_help_request(
    help_request_id: UUID, caller: CallerDep, database: DatabaseDep, now: NowDep
) -> HelpRequestView:
    """By whose referral the request was made that a concern is about: for leads of the programme's organisation.

    Who they are and how they are reached says ``get_concerned_person``, whatever they agreed to.
    """
    member, _ = in_organisation(caller)
    async with database.transaction(member) as tx:
        asked = await views.get_help_request(tx, help_request_id, now=now)
    return HelpRequestView(id=asked.id, referral_id=asked.referral_id, asked_at=asked.asked_at)
