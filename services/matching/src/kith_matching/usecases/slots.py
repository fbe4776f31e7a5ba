"""Listening slots: planned, cancelled, and cancelled for a listener who may listen no more."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain.places import Room, withdraw
from kith_matching.domain.plan import Plan, settle
from kith_matching.domain.slots import SlotNotFound, cancel, check_planned, is_to_come, plan_slot, slot_of
from kith_matching.domain.supporter import Supporter
from kith_matching.store import places, plans, referrals, supporters
from kith_matching.usecases.groups import keep_plan


async def put_slot(
    tx: AsyncConnection, asked: Plan, *, expected_version: int | None, now: datetime
) -> tuple[Plan, bool]:
    """Plan a slot; the second value says whether it is new. The listener is locked, then the slot.

    So two slots of one listener never overlap, whoever plans them. Raises ``NotFound`` for a programme, supporter or
    slot that is not the organisation's own, ``NobodyLeads``, what ``plan_slot`` and ``check_planned`` do, and as
    ``groups.keep_plan``.
    """
    (listener_id,) = asked.facilitators
    programme = await referrals.get_programme(tx, asked.programme_id, asked.organisation_id)
    listener = await supporters.get_supporter_for_update(tx, listener_id)
    others = await plans.list_slots_beside(tx, asked, slot_of(asked))
    plan = plan_slot(settle(asked, programme, [listener]), programme, listener)

    def check(current: Plan | None) -> None:
        check_planned(plan, current, others, now=now)

    return await keep_plan(tx, plan, check, expected_version=expected_version, now=now)


async def cancel_slot(tx: AsyncConnection, slot_id: UUID, *, expected_version: int, now: datetime) -> Plan:
    """Cancel a slot: whoever had it, was offered it or waited for it has it no more.

    Raises ``SlotNotFound``, ``StaleVersion`` where it has moved on, ``SlotCancelled`` and ``SlotPast``.
    """
    rooms = await places.get_rooms_for_update(tx, [slot_id])
    if slot_id not in rooms or rooms[slot_id].plan.slot is None:
        raise SlotNotFound
    check_version(rooms[slot_id].plan.version, expected_version, "slot")
    [cancelled] = await _cancel(tx, rooms.values(), now=now)
    return cancelled


async def cancel_coming_slots(tx: AsyncConnection, listener: Supporter, *, now: datetime) -> None:
    """Cancel the slots to come of somebody who was suspended or left: nobody goes to meet them. They are locked."""
    coming = await plans.list_coming_slots(tx, listener.organisation_id, listener.id, now)
    rooms = await places.get_rooms_for_update(tx, coming)
    await _cancel(tx, [room for room in rooms.values() if is_to_come(room.plan, listener.id, now=now)], now=now)


async def _cancel(tx: AsyncConnection, rooms: Collection[Room], *, now: datetime) -> list[Plan]:
    cancelled = [cancel(room.plan, now=now) for room in rooms]
    for plan in cancelled:
        await plans.save_plan(tx, plan)
    given_up = [
        one for room in rooms for one in withdraw(room, {place.referral_id for place in room.places.values()}, now=now)
    ]
    await places.save_places(tx, given_up)
    await audit.record(tx, *(Entry("slot-cancelled", "slot", plan.group_id) for plan in cancelled), now=now)
    return cancelled
