"""A supporter leads a group, or listens at a slot, and logs what took place: their own, and nobody else's."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from kith_matching.domain.occasion import Company
from kith_matching.domain.places import Place, PlaceNotFound, PlaceState
from kith_matching.domain.plan import Plan
from kith_matching.domain.refusals import GroupNotFound, OccasionRefused

THEIRS: Final = (PlaceState.TAKEN, PlaceState.PAST)
"""Who has these comes, or has come."""
_GONE: Final = (PlaceState.LEFT, PlaceState.WITHDRAWN)


class LedByOthers(OccasionRefused):
    """A meeting is led by those who lead its group."""

    code = "led-by-others"
    advice = (
        "Somebody whom you name as having led it with you does not lead this group. Leave them out, or ask the "
        "coordinator to add them to the group's plan."
    )


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who came, by the place that they have; as a pair with another, or with people whom nobody names."""

    place_id: UUID
    pair_with: UUID | None = None
    companions: int = 0


def check_leads(plan: Plan | None, supporter_id: UUID, led_with: Collection[UUID]) -> Plan:
    """The plan of a group, or of a slot, that is the supporter's.

    Raises ``GroupNotFound`` for another's, which looks like what is not, and ``LedByOthers`` where one of those who led
    it with them does not lead the group.
    """
    if plan is None or supporter_id not in plan.facilitators:
        raise GroupNotFound
    if not set(led_with) <= set(plan.facilitators):
        raise LedByOthers
    return plan


def company_of_places(
    came: Sequence[Came], places: Mapping[UUID, Place], held_on: date, *, day_of: Callable[[datetime], date]
) -> list[Company]:
    """Who came, by their referrals. ``held_on`` is its day, ``day_of`` says that of an instant (Europe/London).

    Only who had a place then is named by who leads: whoever else was there is a companion, or not named. Raises
    ``PlaceNotFound``.
    """
    named = {one for each in came for one in (each.place_id, each.pair_with) if one is not None}
    if not all(one in places and had_it(places[one], held_on, day_of) for one in named):
        raise PlaceNotFound("Name those who came by places in this group that they had on that day.")
    return [
        Company(
            places[one.place_id].referral_id,
            None if one.pair_with is None else places[one.pair_with].referral_id,
            one.companions,
        )
        for one in came
    ]


def had_it(place: Place, day: date, day_of: Callable[[datetime], date]) -> bool:
    """Whether somebody may have come with this place on that day: also who has left since, where it is told late."""
    left_since = place.ended_at is not None and day_of(place.ended_at) >= day
    return place.state in THEIRS or (place.state in _GONE and left_since)
