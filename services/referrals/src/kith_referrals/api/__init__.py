"""Requests in: parse, say who may, call a use case."""

from typing import Final

from fastapi import APIRouter, Depends

from kith_referrals.api import (
    agreements,
    breaches,
    bulk,
    choosing,
    claims,
    closing,
    complaints,
    concerned,
    contacts,
    directory,
    drafting,
    help_requests,
    households,
    imports,
    invitations,
    mappings,
    members,
    moving,
    network,
    notes,
    people,
    programmes,
    referring,
    retention,
    rights,
    subject_access,
    trying,
)
from kith_referrals.api.bulk import BULK
from kith_referrals.api.listed import DOOR
from kith_referrals.api.statuses import REFUSALS

PARTS: Final = (
    *(notes, referring, bulk, moving, drafting, trying, choosing, agreements, network, programmes, people, households),
    *(rights, subject_access, retention, invitations, imports, mappings, members, closing, breaches, complaints),
    *(claims, concerned, help_requests, contacts, directory),
)
"""Routes are looked for in this order, the busiest first; but the notes' list would be taken for a referral's id."""
PERMISSIONS: Final = {name: roles for part in PARTS for name, roles in part.PERMISSIONS.items()}
"""Who may call what. Which rows they then see, row-level security decides."""

router = APIRouter()
for _part in PARTS:
    _behind_the_door = _part not in (contacts, directory)  # services ask there, and anybody
    router.include_router(_part.router, dependencies=[Depends(DOOR)] if _behind_the_door else [])

__all__ = ["BULK", "PERMISSIONS", "REFUSALS", "router"]
