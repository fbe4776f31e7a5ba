"""Listening slots: times at which a listener is there, booked by one person or open to whoever comes [K].

A slot is a group of one that meets once (``domain.plan``), so its place is taken, waited for, offered and given up as
in any group (``domain.places``). What is its own is here: the time, and that the two are a pair while it lasts.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kith_matching.domain.plan import Plan, Slot, Times
from kith_matching.domain.referral import Programme
from kith_matching.domain.refusals import MatchingRefused, NotFound
from kith_matching.domain.rules import Pair, check_for_a_time
from kith_matching.domain.supporter import Supporter

MODEL: Final = "listening-slots"


class SlotNotFound(NotFound):
    """The id is of no slot of this organisation."""

    code = "slot-not-found"
    advice = "No slot of your organisation has this id; to plan one, choose a new id."


class SlotsOff(MatchingRefused):
    """A programme has listening slots, of one kind or of both, where its definition says so."""

    code = "slots-off"
    advice = (
        "The programme's definition has no slots of this kind. Add listening-slots to its models and booked or open to "
        "the times of its sessions, or choose another programme."
    )


class ChannelNotOffered(MatchingRefused):
    """A slot is planned by a channel that its listener uses and its programme allows."""

    code = "channel-not-offered"
    advice = "The listener does not use this channel, or the programme does not. Choose another one."


class SlotPast(MatchingRefused):
    """Nobody plans, changes or books what has begun."""

    code = "slot-past"
    advice = "The slot has begun, or is over. Choose a later time."


class SlotOverlaps(MatchingRefused):
    """A listener is there for one person at a time."""

    code = "slot-overlaps"
    advice = "The listener has another slot at this time. Choose another time, or cancel that one."


class SlotTaken(MatchingRefused):
    """Whoever said yes to a time said it to this time, listener and channel."""

    code = "slot-taken"
    advice = "Somebody has this slot or waits for it, so it stays as it is. Cancel it, and plan another."


class SlotCancelled(MatchingRefused):
    """A slot is cancelled once, and for good."""

    code = "slot-cancelled"
    advice = "The slot is cancelled. Plan another one, with a new id."


class SlotIsOpen(MatchingRefused):
    """An open time is nobody's in particular."""

    code = "slot-is-open"
    advice = "Nobody books an open time: let the person come while it lasts. Or book a slot that can be booked."


def plan_slot(asked: Plan, programme: Programme, listener: Supporter) -> Plan:
    """The slot as it holds: with one place, or none to give where it is open.

    Raises ``SlotsOff`` and ``ChannelNotOffered``. That the listener may listen in the programme is ``plan.settle``'s.
    """
    slot = slot_of(asked)
    terms = programme.terms
    if MODEL not in terms.models or (terms.slot_times and slot.times not in terms.slot_times):
        raise SlotsOff
    if asked.channel not in listener.channels or (programme.channels and asked.channel not in programme.channels):
        raise ChannelNotOffered
    return replace(asked, places=1 if slot.times is Times.BOOKED else None, meetings=1)


def check_planned(plan: Plan, current: Plan | None, others: Iterable[Slot], *, now: datetime) -> None:
    """Refuse a new or changed slot in the past or at a time at which its listener has one of the ``others``.

    Raises ``SlotNotFound`` where ``current`` is a group's plan, ``SlotCancelled``, ``SlotPast``, ``SlotOverlaps``.
    """
    slot = slot_of(plan)
    if current is not None:
        check_goes_on(current, now=now)
    if slot.starts_at <= now:
        raise SlotPast
    if any(slot.starts_at < other.ends_at and other.starts_at < slot.ends_at for other in others):
        raise SlotOverlaps


def is_to_come(plan: Plan, listener_id: UUID, *, now: datetime) -> bool:
    """Whether it is a slot of this listener's that has not begun and is not cancelled."""
    slot = plan.slot
    return slot is not None and slot.cancelled_at is None and slot.starts_at > now and listener_id in plan.facilitators


def check_goes_on(plan: Plan, *, now: datetime) -> None:
    """Refuse what is cancelled or has begun. Raises ``SlotNotFound``, ``SlotCancelled``, ``SlotPast``."""
    slot = slot_of(plan)
    if slot.cancelled_at is not None:
        raise SlotCancelled
    if slot.starts_at <= now:
        raise SlotPast


def check_bookable(plan: Plan, pair: Pair, *, now: datetime) -> None:
    """Refuse to let the pair have this time. Raises ``SlotIsOpen``, ``PairStopped``, and as ``check_goes_on``.

    The rules are asked of the day of the slot: a check that runs out before it is no check.
    """
    check_goes_on(plan, now=now)
    if slot_of(plan).times is Times.OPEN:
        raise SlotIsOpen
    check_for_a_time(pair, plan.channel, plan.starts_on)


def cancel(plan: Plan, *, now: datetime) -> Plan:
    """Cancel a slot that has not begun. Raises as ``check_goes_on``."""
    check_goes_on(plan, now=now)
    return replace(plan, slot=replace(slot_of(plan), cancelled_at=now), version=plan.version + 1)


def slot_of(plan: Plan) -> Slot:
    """The time that makes a plan a listening slot. Raises ``SlotNotFound`` for a group's."""
    if plan.slot is None:
        raise SlotNotFound
    return plan.slot
