"""What a group, a course or a listening slot is planned to be: its places, who leads it, when it begins and where."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.referral import Channel, Programme
from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.supporter import Supporter, SupporterState


class NobodyLeads(MatchingRefused):
    """A group has at least one facilitator who may give support in its programme now (LTC)."""

    code = "nobody-leads"
    advice = (
        "None of the facilitators is an active supporter in this programme. Name one who is, or add the programme to "
        "one of them once they have joined it."
    )


LONGEST: Final = timedelta(hours=8)
"""No slot is longer: a listener's day."""


class Times(StrEnum):
    """How somebody comes to a listener: at a time that is theirs, or while a listener is in."""

    BOOKED = "booked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which somebody listens, from ``starts_at`` (UTC) on; until it is cancelled."""

    starts_at: datetime
    minutes: int
    times: Times
    cancelled_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Plan:
    """A group's plan. It has no name: a code for the setting says what organisers need to know it by.

    ``places`` of None is whoever comes. ``starts_on`` is a day in Europe/London; ``meetings`` of None is a group that
    goes on. Those in a group know one another, whatever the programme says of pairs: nobody is kept from a place for
    that (RE, *National Dementia Strategy*).

    A ``slot`` makes it a listening slot: one meeting, with one place or, where it is open, for whoever comes; and the
    listener is its only facilitator.
    """

    group_id: UUID
    programme_id: UUID
    organisation_id: UUID
    places: int | None
    facilitators: tuple[UUID, ...]
    starts_on: date
    meetings: int | None
    setting: str | None
    channel: Channel
    district: str | None
    version: int = 1
    slot: Slot | None = None


def settle(asked: Plan, programme: Programme, facilitators: Iterable[Supporter]) -> Plan:
    """The plan as it holds: where it does not say how many places there are, as many as the programme's terms do.

    Raises ``NobodyLeads`` unless one of the facilitators is active in the programme; the others may still be in
    training.
    """
    if not any(one.state is SupporterState.ACTIVE and programme.id in one.programme_ids for one in facilitators):
        raise NobodyLeads
    return replace(
        asked,
        places=programme.terms.places if asked.places is None else asked.places,
        facilitators=tuple(sorted(set(asked.facilitators))),
    )
