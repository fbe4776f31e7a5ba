"""An interpreter, where two do not speak one language: booked, and never somebody of the family [K].

Whoever interprets hears everything. A relative, a neighbour or a child who does would hear what the person has told
nobody at home, and would answer for them. So an interpreter is booked from somebody whose work it is, and each time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.match import Match, check_running
from kith_matching.domain.referral import Channel, Referral
from kith_matching.domain.refusals import MatchingRefused, MoveRefused, NotFound


class Provider(StrEnum):
    """Who sends the interpreter. Family, friends and neighbours are none of these, and there is no code for them."""

    AGENCY = "agency"
    HEALTH_SERVICE = "health-service"
    COUNCIL = "council"
    CHARITY = "charity"
    STAFF = "staff"
    """Somebody of the organisation whose work it is, and who is neither side's supporter."""


class InterpreterNotFound(NotFound):
    """No booking of this organisation has the id."""

    code = "interpreter-not-found"
    advice = "Your organisation has no booking of an interpreter with this id."


class NoInterpreterAsked(MatchingRefused):
    """Nobody hears what two tell each other unless the person asked for them."""

    code = "no-interpreter-asked"
    advice = (
        "The person has not asked for an interpreter. Ask them; the referrer records the language with the referral "
        "before it is sent."
    )


class InterpreterPast(MatchingRefused):
    """An interpreter is booked for a time to come."""

    code = "interpreter-past"
    advice = "The time begins in the past. Book an interpreter for a time to come."


class BookingOver(MoveRefused):
    """What has begun, or was cancelled, stays as it is."""

    code = "booking-over"
    advice = "The booking was cancelled, or its time has begun. There is nothing to cancel any more."


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One booking, by its times (UTC), for two who are matched. Who comes is known to whoever sends them."""

    id: UUID
    match_id: UUID
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    language: str
    provider: Provider
    channel: Channel
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """When an interpreter is wanted, for how long (minutes), from whom, and how they take part."""

    starts_at: datetime
    minutes: int
    provider: Provider
    channel: Channel


def book(match: Match, referral: Referral, wanted: Wanted, *, booking_id: UUID, now: datetime) -> Interpreter:
    """Book an interpreter of the language that the person asked for.

    Raises ``MatchEnded``, ``NoInterpreterAsked`` and ``InterpreterPast``.
    """
    check_running(match)
    if referral.interpreter is None:
        raise NoInterpreterAsked
    if wanted.starts_at < now:
        raise InterpreterPast
    return Interpreter(
        id=booking_id,
        match_id=match.id,
        referral_id=match.referral_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        language=referral.interpreter,
        provider=wanted.provider,
        channel=wanted.channel,
        starts_at=wanted.starts_at,
        ends_at=wanted.starts_at + timedelta(minutes=wanted.minutes),
    )


def cancel(booking: Interpreter, *, now: datetime) -> Interpreter:
    """They need not come. Raises ``BookingOver``."""
    if booking.cancelled_at is not None or booking.starts_at <= now:
        raise BookingOver
    return replace(booking, cancelled_at=now, version=booking.version + 1)
