"""Supported self-referral: a professional hands over a link, and the person completes it. Nothing of them is kept."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.http import Created, create
from kith_chassis.identity import CallerDep
from kith_referrals.api.asking import MEMBERS, in_organisation
from kith_referrals.api.words import Body, Reference
from kith_referrals.domain.self_referral.links import INVITED, Invitation
from kith_referrals.usecases import self_referring as usecases

PERMISSIONS: Final = {"invite": MEMBERS}

router = APIRouter(prefix="/invitations", tags=["invitations"])


class InvitationBody(Body):
    """To which programme. ``source_reference`` is the organisation's own, for when the referral is made."""

    programme_id: UUID
    source_reference: Reference | None = None


class InvitationView(BaseModel):
    """A link to hand over, as a path at this service. It is shown this once, and works once, until ``expires_at``."""

    id: UUID
    path: str = Field(description="Where the person completes the referral: a path at this service's public address.")
    expires_at: datetime


@router.post("", status_code=201, response_model=InvitationView)
async def invite(request: Request, body: InvitationBody, caller: CallerDep) -> Response:
    """Make a link to hand to a person, who then refers themself by the caller's organisation."""
    member, organisation_id = in_organisation(caller)

    async def work(tx: AsyncConnection, now: datetime) -> Created:
        invitation = Invitation(
            id=clock.new_id(),
            organisation_id=organisation_id,
            programme_id=body.programme_id,
            made_at=now,
            expires_at=now + INVITED,
            source_reference=body.source_reference,
        )
        token = await usecases.invite(tx, invitation, chance=secrets.token_bytes(16), now=now)
        path = f"/refer/invitation/{token}"
        return Created(path, InvitationView(id=invitation.id, path=path, expires_at=invitation.expires_at))

    return await create(request, member, work)
