"""Pages for people without an account: the form, and the private page that says what became of it. No script at all."""

from typing import Final

from fastapi import APIRouter, Depends, Request

from kith_chassis.identity import ANYONE
from kith_referrals.pages import referring, standing
from kith_referrals.pages.asking import Door

PERMISSIONS: Final = dict.fromkeys((*referring.ENDPOINTS, *standing.ENDPOINTS), ANYONE)
"""Anybody, without a token: docs/architecture.md says which routes may be so."""


def router(door: Door) -> APIRouter:
    """The pages' routes, behind a door that says whom it lets in."""

    async def enter(request: Request) -> None:
        request.state.door = door

    # They answer pages, also when something is wrong, and so they have no place in a document of problems.
    pages = APIRouter(tags=["pages"], dependencies=[Depends(enter)], include_in_schema=False)
    pages.include_router(referring.router)
    pages.include_router(standing.router)
    return pages
