"""Requests in: parse, say who may, call a use case."""

from typing import Final

from fastapi import APIRouter

from kith_referrals.api import contacts, households, imports, network, people, referring
from kith_referrals.domain.intake.refusals import RowNotWaiting
from kith_referrals.domain.person_refusals import PersonRefused
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
    **people.PERMISSIONS,
    **households.PERMISSIONS,
    **imports.PERMISSIONS,
    **contacts.PERMISSIONS,
}
"""Who may call what. Which rows they then see, row-level security decides."""

REFUSALS: Final[dict[type[Exception], int]] = {
    ReferralRefused: 422,
    NotFound: 404,
    NotAllowed: 403,
    MoveRefused: 409,
    PersonRefused: 409,
    RowNotWaiting: 409,
    ReferenceTaken: 409,
    SlugTaken: 409,
}

router = APIRouter()
for _part in (
    referring,
    network,
    people,
    households,
    imports,
    contacts,
):  # routes are looked for in this order: the busiest first
    router.include_router(_part.router)

__all__ = ["PERMISSIONS", "REFUSALS", "router"]
