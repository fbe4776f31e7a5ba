"""Where a page of the list of referrals ends, as a cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from kith_chassis.http.paging import CursorMalformed
from kith_referrals.domain.listing import LAST, Place


def encode_place(place: Place) -> str:
    """The cursor that goes on after ``place``."""
    return urlsafe_b64encode(bytes([place.rank]) + place.id.bytes).decode().rstrip("=")


async def _place(
    after: Annotated[str | None, Query(description="`next` of the page before; absent for the first.")] = None,
) -> Place | None:
    """The place after which to go on; None for the first page. Raises ``CursorMalformed``."""
    if after is None:
        return None
    try:
        told = urlsafe_b64decode(after + "==")
        place = Place(told[0], UUID(bytes=told[1:]))
    except (ValueError, IndexError):
        place = None
    if place is None or place.rank > LAST or encode_place(place) != after:
        raise CursorMalformed("after must be the next of the page before, unchanged.")
    return place


PlaceDep = Annotated[Place | None, Depends(_place)]
"""Query parameter ``after`` as the place it stands for."""
