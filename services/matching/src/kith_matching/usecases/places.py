"""Joining a group, booking a slot, answering an offer, leaving; and what comes free is offered to the next."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain import moving
from kith_matching.domain import places as rules
from kith_matching.domain.looking_after import Kind, Thing
from kith_matching.domain.places import Place, PlaceState, Room
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import GroupNotFound
from kith_matching.domain.slots import SlotNotFound, check_bookable
from kith_matching.store import comings, erasing, looking_after, matches, places, referrals, supporters

MOST_AT_ONCE: Final = 500
"""Offers that lapse in one transaction; the others follow at the next tick."""


async def join(tx: AsyncConnection, group_id: UUID, referral_id: UUID, comes_with: int, *, now: datetime) -> Place:
    """Give a person a place in a group, or a place on its list; whoever does looks after them, if nobody did.

    The referral is locked first and the groups after it, everywhere, so of two coordinators who give the last place
    away one finds it taken. Raises ``GroupNotFound`` where there is no plan to join, and what ``rules.join`` raises.
    """
    referral, rooms = await _get_rooms_for_update(tx, group_id, referral_id)
    return await _join(
        tx, rooms, _room_of(rooms, group_id).knowing(referral), (referral, comes_with), "group-joined", now=now
    )


async def move_in(tx: AsyncConnection, group_id: UUID, referral_id: UUID, comes_with: int, *, now: datetime) -> Place:
    """See that a person whose match ends has their place in a group. Raises ``GroupNotFound``, and as the rule."""
    referral, rooms = await _get_rooms_for_update(tx, group_id, referral_id)
    room = _room_of(rooms, group_id).knowing(referral)
    today = clock.today(now)
    place = moving.move_in(room, referral, comes_with, place_id=clock.new_id(), today=today, now=now)
    if place != room.places.get(place.id):
        await _keep(tx, {**rooms, group_id: room}, place, now=now)
        await audit.record(tx, Entry("group-joined", "place", place.id, (place.state,)), now=now)
    return place


async def book(tx: AsyncConnection, slot_id: UUID, referral_id: UUID, *, now: datetime) -> Place:
    """Give a person a listening slot, or a place on its list.

    Raises ``SlotNotFound``, ``SupporterNotFound``, and what ``rules.join`` and ``slots.check_bookable`` raise.
    """
    referral, rooms = await _get_rooms_for_update(tx, slot_id, referral_id)
    if slot_id not in rooms or rooms[slot_id].plan.slot is None:
        raise SlotNotFound
    return await _join(tx, rooms, rooms[slot_id].knowing(referral), (referral, 0), "slot-booked", now=now)


async def answer(tx: AsyncConnection, place_id: UUID, said: Answer, *, expected_version: int, now: datetime) -> Place:
    """Take a person's answer to the place they were offered. Raises ``StaleVersion`` where it has moved on."""
    referral, rooms, place = await _get_for_update(tx, place_id, expected_version)
    answered = rules.answer(place, said, referral, now=now)
    if answered.state is PlaceState.TAKEN:
        await _check_slot(tx, rooms[place.group_id], referral, now=now)
    await _keep(tx, rooms, answered, now=now)
    await audit.record(tx, Entry("place-answered", "place", place_id, (said,)), now=now)
    return answered


async def leave(
    tx: AsyncConnection, place_id: UUID, *, waits_again: bool, expected_version: int, now: datetime
) -> Place:
    """Free a person's place. They wait for support again only where that is said, and not while they are matched.

    Raises ``StaleVersion`` where the place has moved on, and ``PlaceEnded``.
    """
    referral, rooms, place = await _get_for_update(tx, place_id, expected_version)
    left = rules.leave(place, now=now)
    await _keep(tx, rooms, left, now=now)
    await comings.leave(tx, referral.id)
    if waits_again and not await matches.is_any_running(tx, referral.id):
        await referrals.save_waiting(tx, [referral.id], waits=True)
    await audit.record(tx, Entry("place-left", "place", place_id), now=now)
    return left


async def lapse_places(tx: AsyncConnection, now: datetime) -> None:
    """End the offers whose answer did not come in time, of ``MOST_AT_ONCE`` at most, and offer those places on."""
    rooms = await places.get_rooms_for_update(
        tx, await places.list_due_groups_for_update(tx, limit=MOST_AT_ONCE, now=now)
    )
    await _save(tx, rooms, [one for room in rooms.values() for one in rules.lapse(room, now=now)], now=now)


async def free_places(
    tx: AsyncConnection, stopped: Collection[UUID], erased: Collection[UUID] = (), *, now: datetime
) -> None:
    """Free the places of referrals that may not go on, whom nobody asks any more.

    Of people who were erased no place is kept at all. All these referrals are locked before.
    """
    gone = {*stopped, *erased}
    rooms = await places.get_rooms_for_update(tx, await places.list_groups_of(tx, gone))
    await _save(tx, rooms, [one for room in rooms.values() for one in rules.withdraw(room, gone, now=now)], now=now)
    await comings.stop(tx, stopped)
    await erasing.forget_places(tx, erased)


def _room_of(rooms: Mapping[UUID, Room], group_id: UUID) -> Room:
    room = rooms.get(group_id)
    if room is None or room.plan.slot is not None:
        raise GroupNotFound("No group of your organisation with this id has a plan. Record one: PUT /groups/{id}.")
    return room


async def _get_for_update(
    tx: AsyncConnection, place_id: UUID, expected_version: int
) -> tuple[Referral, Mapping[UUID, Room], Place]:
    seen = await places.get_place(tx, place_id)
    referral, rooms = await _get_rooms_for_update(tx, seen.group_id, seen.referral_id)
    place = rooms[seen.group_id].places.get(place_id) or await places.get_place(tx, place_id)
    check_version(place.version, expected_version, "place")
    return referral, rooms, place


async def _get_rooms_for_update(
    tx: AsyncConnection, group_id: UUID, referral_id: UUID
) -> tuple[Referral, dict[UUID, Room]]:
    referral = await referrals.get_referral_for_update(tx, referral_id)
    theirs = await places.list_groups_of(tx, [referral_id])
    return referral, await places.get_rooms_for_update(tx, {group_id, *theirs})


async def _join(
    tx: AsyncConnection,
    rooms: Mapping[UUID, Room],
    room: Room,
    who: tuple[Referral, int],
    action: str,
    *,
    now: datetime,
) -> Place:
    referral, comes_with = who
    place = rules.join(room, referral, comes_with, place_id=clock.new_id(), today=clock.today(now), now=now)
    await _check_slot(tx, room, referral, now=now)
    await _keep(tx, {**rooms, room.plan.group_id: room}, place, now=now)
    await looking_after.take_on_free(tx, Thing(Kind.REFERRAL, referral.id), referral.organisation_id)
    await audit.record(tx, Entry(action, "place", place.id, (place.state,)), now=now)
    return place


async def _check_slot(tx: AsyncConnection, room: Room, referral: Referral, *, now: datetime) -> None:
    """The two are a pair for as long as a slot lasts. It is locked: whoever suspends its listener cancels it first."""
    plan = room.plan
    if plan.slot is not None:
        programme = await referrals.get_programme(tx, plan.programme_id, plan.organisation_id)
        pair = await supporters.get_pair(tx, referral, programme, plan.facilitators[0], today=plan.starts_on)
        check_bookable(plan, pair, now=now)


async def _keep(tx: AsyncConnection, rooms: Mapping[UUID, Room], changed: Place, *, now: datetime) -> None:
    released: list[Place] = []
    if changed.state is PlaceState.TAKEN:
        released = [one for room in rooms.values() for one in rules.release(room, changed, now=now)]
        await referrals.save_waiting(tx, [changed.referral_id], waits=False)
    await _save(tx, rooms, [changed, *released], now=now)


async def _save(tx: AsyncConnection, rooms: Mapping[UUID, Room], changed: Iterable[Place], *, now: datetime) -> None:
    today = clock.today(now)
    kept = {one.id: one for one in changed}
    for room in rooms.values():
        kept |= {one.id: one for one in rules.offer(room.after(kept.values()), today=today, now=now)}
    await places.save_places(tx, list(kept.values()))
