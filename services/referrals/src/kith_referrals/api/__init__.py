"""Requests in: parse, say who may, call a use case."""

from typing import Final

from fastapi import APIRouter, Depends

from kith_referrals.api import (
    agreements,
    breaches,
    choosing,
    closing,
    complaints,
    contacts,
    directory,
    households,
    imports,
    invitations,
    members,
    moving,
    network,
    notes,
    people,
    referring,
    retention,
    rights,
    subject_access,
)
from kith_referrals.api.listed import DOOR
from kith_referrals.domain.intake.refusals import RowNotWaiting
from kith_referrals.domain.person_refusals import PersonErased, PersonRefused
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotAllowed,
    NotFound,
    NotOffered,
    ReferenceTaken,
    ReferralRefused,
    SlugTaken,
)

PARTS: Final = (
    *(notes, referring, moving, choosing, agreements, network, people, households, rights, subject_access, retention),
    *(invitations, imports, members, closing, breaches, complaints, contacts, directory),
)
"""Routes are looked for in this order, the busiest first; but the notes' list would be taken for a referral's id."""
PERMISSIONS: Final = {name: roles for part in PARTS for name, roles in part.PERMISSIONS.items()}
"""Who may call what. Which rows they then see, row-level security decides."""

REFUSALS: Final[dict[type[Exception], int]] = {
    ReferralRefused: 422,
    NotFound: 404,
    NotAllowed: 403,
    MoveRefused: 409,
    NotOffered: 409,
    PersonRefused: 409,
    PersonErased: 410,
    RowNotWaiting: 409,
    ReferenceTaken: 409,
    SlugTaken: 409,
}

router = APIRouter()
for _part in PARTS:
    _behind_the_door = _part not in (contacts, directory)  # services ask there, and anybody
    router.include_router(_part.router, dependencies=[Depends(DOOR)] if _behind_the_door else [])

__all__ = ["PERMISSIONS", "REFUSALS", "router"]
