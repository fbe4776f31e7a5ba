"""Where a page of the list of referrals ends, as a cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query

from kith_chassis.http.paging import CursorMalformed
from kith_referrals.domain.listing import Place

_ID: Final = 17
"""Where the id ends, after the rank."""
_DUE: Final = 3
"""Bytes of a day: the calendar's last is 3,652,059."""


def encode_place(place: Place) -> str:
    """The cursor that goes on after ``place``."""
    due = place.due_on.toordinal().to_bytes(_DUE) if place.due_on else b""
    return urlsafe_b64encode(bytes([place.rank]) + place.id.bytes + due).decode().rstrip("=")


async def _place(
    after: Annotated[str | None, Query(description="`next` of the page before; absent for the first.")] = None,
) -> Place | None:
    """The place after which to go on; None for the first page. Raises ``CursorMalformed``."""
    if after is None:
        return None
    try:
        told = urlsafe_b64decode(after + "==")
        id_, due = told[1:_ID], told[_ID:]
        due_on = date.fromordinal(int.from_bytes(due)) if due else None
        place = Place.of(told[0], UUID(bytes=id_), due_on)
    except (ValueError, IndexError, OverflowError):
        place = None
    if place is None or encode_place(place) != after:
        raise CursorMalformed("after must be the next of the page before, unchanged.")
    return place


PlaceDep = Annotated[Place | None, Depends(_place)]
"""Query parameter ``after`` as the place it stands for."""
