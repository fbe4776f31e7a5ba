"""Places in a group: taken, held while somebody answers, and waited for. Nobody is given one without their yes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.plan import Plan
from kith_matching.domain.priority import standing
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Referral, check_open
from kith_matching.domain.refusals import MatchingRefused, MoveRefused, NotFound
from kith_matching.domain.slots import SlotTaken
from kith_matching.domain.terms import Terms

ANSWERED_WITHIN: Final = timedelta(days=7)
"""How long a place is held for somebody. After that the next on the list is asked: an empty chair helps nobody [K]."""


class PlaceNotFound(NotFound):
    """No place of this organisation has the id."""

    code = "place-not-found"
    advice = "No place in a group of your organisation has this id."


class ReferralElsewhere(MatchingRefused):
    """A group is for the people of its programme."""

    code = "referral-of-another-programme"
    advice = "The referral is to another programme. Choose a group of that programme, or refer the person to this one."


class AlreadyInGroup(MatchingRefused):
    """Nobody has two places in one group."""

    code = "already-in-group"
    advice = "The person has a place in this group, or waits for one. Let them leave it before they join anew."


class GroupFull(MatchingRefused):
    """All places are taken or held, and the programme keeps no waiting list."""

    code = "group-full"
    advice = "The group has not enough free places, and its programme keeps no waiting list. Choose another group."


class FewerThanTaken(MatchingRefused):
    """A plan does not take a place away from somebody who has it."""

    code = "fewer-places-than-taken"
    advice = "More places than that are taken or held. Plan as many, or let people leave first."


class PlaceNotOffered(MoveRefused):
    """Only an offer is answered. The message says what can be done instead."""

    code = "place-not-offered"
    advice = "Nobody is asked about this place now. Read it again, and see where the person stands."


class PlaceLapsed(MoveRefused):
    """The answer came after its time."""

    code = "place-lapsed"
    advice = (
        "The time to answer has run out, and the place goes to the next. Let the person join again to wait for one."
    )


class PlaceEnded(MoveRefused):
    """A place is left once."""

    code = "place-ended"
    advice = "The person has no place any more and waits for none. They may join the group again."


class PlaceState(StrEnum):
    """How somebody stands in a group. The first three go on; the others are ends."""

    WAITING = "waiting"
    OFFERED = "offered"
    """A place is held for them until they answer."""
    TAKEN = "taken"
    LEFT = "left"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """Their referral closed, its consent went, they took a place in another group, or the slot was cancelled."""
    PAST = "past"
    """The slot that they had has begun."""


HOLDING: Final = (PlaceState.OFFERED, PlaceState.TAKEN)
"""These use up places."""

_INSTEAD: Final = {
    PlaceState.WAITING: "The person still waits: a place is offered when one comes free.",
    PlaceState.TAKEN: "The person has the place already. Record that they leave when they do.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One referral's place in one group. ``comes_with`` is 1 where a carer or partner comes too: they need two.

    ``answer_by`` (UTC) is when an offer runs out, ``begins_at`` (UTC) when the slot begins that it is in, ``taken_at``
    (UTC) since when it is theirs; None of those that were taken before that was kept.
    """

    id: UUID
    group_id: UUID
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    comes_with: int
    state: PlaceState
    joined_at: datetime
    answer_by: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    begins_at: datetime | None = None
    taken_at: datetime | None = None

    @property
    def size(self) -> int:
        """How many places of the group it is."""
        return 1 + self.comes_with


@dataclass(frozen=True, slots=True)
class Room:
    """A planned group with all its places that go on, by id, and the referrals of those who wait, by id."""

    plan: Plan
    terms: Terms
    places: Mapping[UUID, Place]
    people: Mapping[UUID, Referral]

    @property
    def held(self) -> int:
        """How many places are taken, or held for somebody who has not answered."""
        return sum(one.size for one in self.places.values() if one.state in HOLDING)

    def holds(self, more: int) -> bool:
        """Whether so many more places are free."""
        return self.plan.places is None or self.held + more <= self.plan.places

    def is_past(self, now: datetime) -> bool:
        """Whether it is a slot that has begun. Nobody is offered a place in it any more."""
        return self.plan.slot is not None and self.plan.slot.starts_at <= now

    def after(self, changed: Iterable[Place]) -> "Room":
        """The room once these places of it have changed."""
        now = {**self.places, **{one.id: one for one in changed if one.group_id == self.plan.group_id}}
        return replace(self, places={one.id: one for one in now.values() if one.ended_at is None})

    def knowing(self, referral: Referral) -> "Room":
        """The room with one more person who may wait in it."""
        return replace(self, people={**self.people, referral.id: referral})

    def stands(self, referral: Referral, today: date) -> tuple[int, date, UUID]:
        """Before whom a referral stands ``today`` (Europe/London): a round's points for waiting and for being urgent.

        Equals go by the day on which they were received, then by id. Scarcity counts for nobody here: the group is the
        same for all.
        """
        points = sum(part.points for part in standing(referral, self.terms.priority, candidates=0, today=today))
        return -points, referral.received_on, referral.id

    def waiting(self, today: date) -> list[Place]:
        """Those who wait, who is next first."""
        waits = [one for one in self.places.values() if one.state is PlaceState.WAITING]
        return sorted(waits, key=lambda one: self.stands(self.people[one.referral_id], today))


def join(room: Room, referral: Referral, comes_with: int, *, place_id: UUID, today: date, now: datetime) -> Place:
    """Take a place, where enough are free and nobody who waits stands before; else wait for one.

    Every slot has a list of who waits for it: it costs nobody anything [K]. Raises ``ReferralNotOpen``,
    ``ReferralElsewhere``, ``AlreadyInGroup``, and ``GroupFull`` where nobody can wait.
    """
    check_open(referral)
    if referral.programme_id != room.plan.programme_id:
        raise ReferralElsewhere
    if any(one.referral_id == referral.id for one in room.places.values()):
        raise AlreadyInGroup
    waits = room.waiting(today)
    first = not waits or room.stands(referral, today) < room.stands(room.people[waits[0].referral_id], today)
    free = first and room.holds(1 + comes_with)
    slot = room.plan.slot
    if not free and slot is None and not room.terms.waiting_list:
        raise GroupFull
    return Place(
        id=place_id,
        group_id=room.plan.group_id,
        referral_id=referral.id,
        programme_id=room.plan.programme_id,
        organisation_id=room.plan.organisation_id,
        comes_with=comes_with,
        state=PlaceState.TAKEN if free else PlaceState.WAITING,
        joined_at=now,
        begins_at=slot.starts_at if slot else None,
        taken_at=now if free else None,
    )


def offer(room: Room, *, today: date, now: datetime) -> list[Place]:
    """Hold what is free for those who wait, in their order.

    Whoever comes with somebody is not passed over while one place is free: they would never get two [K].
    """
    offered: list[Place] = []
    if room.is_past(now):
        return offered
    for place in room.waiting(today):
        if not room.holds(place.size):
            break
        answer_by = min(now + ANSWERED_WITHIN, place.begins_at or now + ANSWERED_WITHIN)
        offered.append(replace(place, state=PlaceState.OFFERED, answer_by=answer_by, version=place.version + 1))
        room = room.after(offered[-1:])
    return offered


def answer(place: Place, said: Answer, referral: Referral, *, now: datetime) -> Place:
    """Take the person's answer to the place they were offered. A no is always taken in time.

    Raises ``PlaceNotOffered``, ``PlaceLapsed`` and, for a yes, ``ReferralNotOpen``.
    """
    if place.state is not PlaceState.OFFERED or place.answer_by is None:
        raise PlaceNotOffered(_INSTEAD.get(place.state, PlaceEnded.advice))
    if now >= place.answer_by:
        raise PlaceLapsed
    if said is Answer.NO:
        return _ended(place, PlaceState.DECLINED, now)
    check_open(referral)
    return replace(place, state=PlaceState.TAKEN, taken_at=now, version=place.version + 1)


def leave(place: Place, *, now: datetime) -> Place:
    """Give the place up, or stop waiting for one; without a reason. Raises ``PlaceEnded`` the second time."""
    if place.ended_at is not None:
        raise PlaceEnded
    return _ended(place, PlaceState.LEFT, now)


def lapse(room: Room, *, now: datetime) -> list[Place]:
    """End the offers that were not answered in time; and, once a slot has begun, whoever waits for it or has it."""
    return [
        _ended(one, PlaceState.PAST if one.state is PlaceState.TAKEN else PlaceState.LAPSED, now)
        for one in room.places.values()
        if room.is_past(now) or (one.state is PlaceState.OFFERED and one.answer_by is not None and one.answer_by <= now)
    ]


def withdraw(room: Room, referral_ids: Iterable[UUID], *, now: datetime) -> list[Place]:
    """End the places of people whose referral may not go on."""
    gone = set(referral_ids)
    return [_ended(one, PlaceState.WITHDRAWN, now) for one in room.places.values() if one.referral_id in gone]


def release(room: Room, taken: Place, *, now: datetime) -> list[Place]:
    """Give up what the person waits for in other groups once they have said yes to one; not before (a hold is no yes).

    A place that they have elsewhere they keep: somebody may go to a course and to a group.
    """
    return [
        _ended(one, PlaceState.WITHDRAWN, now)
        for one in room.places.values()
        if one.referral_id == taken.referral_id and one.id != taken.id and one.state is not PlaceState.TAKEN
    ]


def check_plan(room: Room) -> None:
    """Refuse a plan with fewer places than people have, and to change a slot of somebody's.

    Raises ``FewerThanTaken`` and ``SlotTaken``.
    """
    if room.plan.slot is not None and room.places:
        raise SlotTaken
    if not room.holds(0):
        raise FewerThanTaken


def _ended(place: Place, state: PlaceState, now: datetime) -> Place:
    return replace(place, state=state, ended_at=now, version=place.version + 1)
