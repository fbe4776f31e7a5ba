"""The one place that reads the clock and draws ids; everything else gets time and chance as arguments."""

import uuid
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat

LONDON: Final = ZoneInfo("Europe/London")
"""The civil time of the network. Needs the system's time zone data (Debian's ``tzdata``)."""


def now() -> datetime:
    """The instant, UTC and aware. Only edges call it: handlers, timers and loops pass it on as ``now``."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that the ban points to


def today(now: datetime) -> date:
    """The civil date in Europe/London at that instant: ages, birthdays and days due are counted in it."""
    return now.astimezone(LONDON).date()


def new_id() -> UUID:
    """A time-ordered id (UUIDv7, RFC 9562 section 5.7) for everything but people and supporters."""
    return uuid_utils.compat.uuid7()


def new_pseudonym() -> UUID:
    """A random id (UUIDv4) for people and supporters: a v7 would publish the moment somebody came."""
    return uuid.uuid4()
