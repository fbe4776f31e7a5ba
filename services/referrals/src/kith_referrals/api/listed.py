"""The door: whether the lists of the caller's organisation let them do what their token does."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import Request

from kith_chassis import clock, identity
from kith_chassis.database import Database
from kith_referrals.domain.members import check_listed
from kith_referrals.usecases.members import note_caller

REMEMBERED: Final = timedelta(seconds=10)
"""How long an organisation without lists is not asked about again: otherwise each of its requests would pay for it.

What a list says of somebody is never remembered: who has left is refused at once.
"""

_LISTED: Final = identity.ORGANISATION_ROLES | identity.AUDIT_ROLES | identity.DUTY_ROLES
"""The roles that an organisation's list can keep somebody from."""


class Door:
    """Refuses callers whom their own organisation's lists do not let do this."""

    def __init__(self) -> None:
        self._open: dict[UUID, datetime] = {}

    async def __call__(self, request: Request) -> None:
        """Let the caller through, or raise what ``check_listed`` does. Roles in the network are no organisation's.

        It asks the request itself: FastAPI takes longer to hand over three things than this takes to remember.
        """
        caller = await identity.caller(request)
        opening = request.scope["route"].allowed & caller.roles
        organisation_id = caller.organisation_id
        if organisation_id is None or not opening <= _LISTED:
            return
        now: datetime = request.app.state.now()
        known = self._open.get(organisation_id)
        if known is not None and abs(now - known) < REMEMBERED:
            return
        database: Database = request.app.state.database
        async with database.transaction(caller) as tx:
            listing = await note_caller(
                tx, organisation_id, subject=caller.subject, client_id=caller.client_id, now=now
            )
        if not listing.narrows:
            self._open[organisation_id] = now
            return
        check_listed(listing, opening, clock.today(now))

    def look_again(self, organisation_id: UUID) -> None:
        """Ask about the organisation at its next request: its lists have changed."""
        self._open.pop(organisation_id, None)


DOOR: Final = Door()
"""One in each process, before every route that a member may call."""
