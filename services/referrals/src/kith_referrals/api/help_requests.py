"""Requests for help: whose they are, for the safeguarding leads of the organisation that answers."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from kith_chassis.database import DatabaseDep
from kith_chassis.http import NowDep
from kith_chassis.identity import DUTY_ROLES, CallerDep
from kith_referrals.domain.refusals import NoOrganisation
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
    """Whose request it is that a concern names: for the leads of the programme's organisation, whatever was agreed."""
    if caller.organisation_id is None:
        raise NoOrganisation
    lead = replace(caller, roles=caller.roles & DUTY_ROLES)
    async with database.transaction(lead) as tx:
        asked = await views.get_help_request(tx, help_request_id, now=now)
    return HelpRequestView(id=asked.id, referral_id=asked.referral_id, asked_at=asked.asked_at)
