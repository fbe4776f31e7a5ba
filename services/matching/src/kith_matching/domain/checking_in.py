"""How supporters say they are, and signs that it may be too much: theirs, and others' when they pass it on [S]."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture
from kith_matching.domain.supervision import Rhythm

RECENT: Final = timedelta(weeks=4)
"""What counts as lately [K]."""
BEFORE: Final = 3
"""How many times as long a while before that says what is usual [K]."""
OVER_FOR: Final = timedelta(weeks=2)
"""A match more than their places for a while is between two endings; for longer it is too many [K]."""
FEWEST_SESSIONS: Final = 4
"""Fewer sessions in four weeks are not many, however few were usual [K]."""
AGAIN: Final = 2
"""How often *too much* is said lately before it is a sign [K]."""


class Feeling(StrEnum):
    """What a supporter says of how it goes."""

    ALL_WELL = "all-well"
    TIRED = "tired"
    TOO_MUCH = "too-much"
    WANT_FEWER = "want-fewer"
    WANT_A_REST = "want-a-rest"
    UNSETTLED = "unsettled"


class Signal(StrEnum):
    """A sign that it may be too much (LTC, *Sustaining peer support services*: "avoid burn-out")."""

    OVER_CAPACITY = "over-capacity"
    """For two weeks more matches than the supporter chose."""
    MORE_THAN_USUAL = "more-than-usual"
    """In four weeks more than twice as many sessions as in four usual ones."""
    SUPERVISION_OVERDUE = "supervision-overdue"
    TOO_MUCH_AGAIN = "too-much-again"
    """Said twice in four weeks."""


class CallChannel(StrEnum):
    """How a coordinator reached a supporter (LTC, *Co-ordination*: "by telephone/email")."""

    TELEPHONE = "telephone"
    EMAIL = "email"
    VIDEO = "video"
    TEXT = "text"
    IN_PERSON = "in-person"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a supporter said at an instant (UTC). It is theirs: others see it only where they ``shared`` it.

    ``subject`` is that of the token with which it was said. Whoever has another one later does not read it.
    """

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    subject: str
    said_at: datetime
    feelings: tuple[Feeling, ...] = field(repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A coordinator's call to a supporter, on a day in Europe/London, and what it was about, in codes."""

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    called_by: str
    held_on: date
    channel: CallChannel
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Burden:
    """What signs are read from: places, the days on which running matches were made, sessions, rhythm, what was said.

    ``recent_sessions`` happened within ``RECENT``, ``earlier_sessions`` in ``BEFORE`` times as long before that.
    ``too_much`` is how often that was said within ``RECENT``.
    """

    capacity: int
    made_on: Sequence[date] = ()
    recent_sessions: int = 0
    earlier_sessions: int = 0
    rhythm: Rhythm = field(default_factory=Rhythm)
    too_much: int = 0


def read_signals(burden: Burden, *, today: date) -> tuple[Signal, ...]:
    """The signs there are today. None of them keeps anybody from anything: what follows is the supporter's to say."""
    over = sorted(burden.made_on)[burden.capacity :]
    usual = burden.earlier_sessions / BEFORE
    found = {
        Signal.OVER_CAPACITY: bool(over) and over[0] <= today - OVER_FOR,
        Signal.MORE_THAN_USUAL: burden.recent_sessions >= FEWEST_SESSIONS and burden.recent_sessions > 2 * usual > 0,
        Signal.SUPERVISION_OVERDUE: burden.rhythm.is_overdue(today),
        Signal.TOO_MUCH_AGAIN: burden.too_much >= AGAIN,
    }
    return tuple(signal for signal, there in found.items() if there)


def check_called(call: Call, *, today: date) -> None:
    """Refuse a call that is still to come. Raises ``InTheFuture``."""
    if call.held_on > today:
        raise InTheFuture
