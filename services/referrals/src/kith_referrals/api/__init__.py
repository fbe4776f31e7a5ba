"""Requests in: parse, say who may, call a use case."""

from typing import Final

from fastapi import APIRouter

from kith_referrals.api import contacts, imports, invitations, network, notes, referring
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotAllowed,
    NotFound,
    ReferenceTaken,
    ReferralRefused,
    SlugTaken,
)

PERMISSIONS: Final = {
    **network.PERMISSIONS,
    **referring.PERMISSIONS,
    **notes.PERMISSIONS,
    **invitations.PERMISSIONS,
    **imports.PERMISSIONS,
    **contacts.PERMISSIONS,
}
"""Who may call what. Which rows they then see, row-level security decides."""

REFUSALS: Final[dict[type[Exception], int]] = {
    ReferralRefused: 422,
    NotFound: 404,
    NotAllowed: 403,
    MoveRefused: 409,
    ReferenceTaken: 409,
    SlugTaken: 409,
}

router = APIRouter()
# Routes are looked for in this order, the busiest first; but the notes' list would be taken for a referral's id.
for _part in (notes, referring, network, invitations, imports, contacts):
    router.include_router(_part.router)

__all__ = ["PERMISSIONS", "REFUSALS", "router"]
