"""Listening slots: on the pure domain: when there is one, and who may have it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_matching.domain.places import PlaceState, lapse, offer
from kith_matching.domain.plan import Plan, Slot, Times
from kith_matching.domain.referral import Channel
from kith_matching.domain.refusals import (
    ChecksOutOfDate,
    NoWayToMeet,
    PairStopped,
    RequestNotMet,
    SupporterNotActive,
)
from kith_matching.domain.slots import (
    ChannelNotOffered,
    SlotCancelled,
    SlotIsOpen,
    SlotOverlaps,
    SlotPast,
    SlotsOff,
    cancel,
    check_bookable,
    check_planned,
    is_to_come,
    plan_slot,
)
from kith_matching.domain.supporter import Load, SupporterState
from kith_matching.domain.terms import Terms
from tests.matching.builders import DAY, NOW, TODAY, a_pair, a_programme, a_supporter
from tests.matching.test_places import a_place, a_plan, a_room, somebody

TOMORROW = NOW + DAY
LISTENING = Terms(models=("listening-slots",), slot_times=("booked", "open"))


def a_time(starts_at: datetime = TOMORROW, minutes: int = 45, **different: Any) -> Slot:
    """Three quarters of an hour tomorrow, to be booked."""
    return replace(Slot(starts_at, minutes, Times.BOOKED), **different)


def a_slot(slot: Slot | None = None, **different: Any) -> Plan:
    """A slot by telephone."""
    slot = slot or a_time()
    usual: dict[str, Any] = {"places": 1, "meetings": 1, "setting": None, "channel": Channel.TELEPHONE}
    return a_plan(**usual | {"district": None, "starts_on": clock.today(slot.starts_at), "slot": slot} | different)


@pytest.mark.parametrize(
    "terms",
    [Terms(), Terms(models=("one-to-one",), slot_times=("booked",)), replace(LISTENING, slot_times=("open",))],
    ids=["no definition", "another model", "open times only"],
)
def test_only_a_programme_whose_definition_has_them_has_slots_of_that_kind(terms: Terms) -> None:
    with pytest.raises(SlotsOff):
        plan_slot(a_slot(), a_programme(terms=terms), a_supporter())


def test_a_booked_slot_has_one_place_and_an_open_one_is_for_whoever_comes() -> None:
    programme = a_programme(terms=LISTENING)

    booked, open_ = (plan_slot(a_slot(a_time(times=one)), programme, a_supporter()) for one in Times)

    assert (booked.places, open_.places, booked.meetings) == (1, None, 1)


def test_a_slot_is_by_a_channel_of_its_listener_and_its_programme() -> None:
    programme = a_programme(terms=LISTENING)

    for elsewhere in (a_supporter(channels=("video",)), a_supporter()):
        programme = replace(programme, channels=() if elsewhere.channels == ("video",) else ("text",))
        with pytest.raises(ChannelNotOffered):
            plan_slot(a_slot(), programme, elsewhere)


@example(45, 45, 45)
@example(-45, 45, 45)
@given(st.integers(-200, 200), st.integers(5, 200), st.integers(5, 200))
def test_two_slots_of_a_listener_share_no_minute(apart: int, minutes: int, others: int) -> None:
    other = a_time(TOMORROW + timedelta(minutes=apart), others)
    shared = set(range(minutes)) & set(range(apart, apart + others))

    try:
        check_planned(a_slot(a_time(minutes=minutes)), None, [other], now=NOW)
    except SlotOverlaps:
        assert shared
    else:
        assert not shared


def test_nothing_is_planned_changed_or_cancelled_once_it_has_begun() -> None:
    begun, later = a_slot(a_time(NOW)), a_slot()

    for current in (None, later):
        with pytest.raises(SlotPast):
            check_planned(begun, current, [], now=NOW)
    with pytest.raises(SlotPast):
        check_planned(later, begun, [], now=NOW)
    with pytest.raises(SlotPast):
        cancel(begun, now=NOW)


def test_a_cancelled_slot_is_neither_planned_anew_nor_cancelled_again_nor_booked() -> None:
    cancelled = cancel(a_slot(), now=NOW)

    with pytest.raises(SlotCancelled):
        check_planned(a_slot(), cancelled, [], now=NOW)
    with pytest.raises(SlotCancelled):
        cancel(cancelled, now=NOW)
    with pytest.raises(SlotCancelled):
        check_bookable(cancelled, a_pair(), now=NOW)


def test_what_is_over_or_cancelled_or_anothers_is_not_to_come() -> None:
    slot = a_slot()
    [listener] = slot.facilitators

    assert is_to_come(slot, listener, now=NOW)
    assert not is_to_come(cancel(slot, now=NOW), listener, now=NOW)
    assert not is_to_come(slot, listener, now=TOMORROW)
    assert not is_to_come(slot, new_id(), now=NOW)
    assert not is_to_come(a_plan(facilitators=(listener,)), listener, now=NOW)


def test_nobody_books_an_open_time_or_one_that_has_begun() -> None:
    with pytest.raises(SlotIsOpen):
        check_bookable(a_slot(a_time(times=Times.OPEN)), a_pair(), now=NOW)
    with pytest.raises(SlotPast):
        check_bookable(a_slot(a_time(NOW)), a_pair(), now=NOW)


def test_a_slot_takes_no_lasting_place_of_the_listeners() -> None:
    pair = a_pair()
    full = replace(pair, load=Load(matches=pair.supporter.capacity, proposals=9))
    busy = replace(full, programme=replace(pair.programme, terms=Terms(open_offers=1)))

    check_bookable(a_slot(), busy, now=NOW)


def test_a_person_comes_to_where_somebody_listens_from_wherever_they_live() -> None:
    pair = a_pair()
    far = replace(pair, referral=replace(pair.referral, district="AB10"))

    check_bookable(a_slot(channel=Channel.IN_PERSON), far, now=NOW)


def test_the_two_are_a_pair_by_every_other_rule_while_it_lasts() -> None:
    pair = a_pair()
    stopped: list[tuple[Any, type[PairStopped]]] = [
        (replace(pair, referral=replace(pair.referral, requested=("women-only",))), RequestNotMet),
        (replace(pair, referral=replace(pair.referral, channels=("video",))), NoWayToMeet),
        (replace(pair, supporter=replace(pair.supporter, state=SupporterState.RESTING)), SupporterNotActive),
    ]

    for one, refusal in stopped:
        with pytest.raises(refusal):
            check_bookable(a_slot(), one, now=NOW)


def test_a_check_is_good_on_the_day_of_the_slot_or_it_is_none() -> None:
    pair = a_pair()
    until_tomorrow = replace(pair, supporter=replace(pair.supporter, checks_valid_until=TODAY + DAY))

    check_bookable(a_slot(a_time(NOW + DAY)), until_tomorrow, now=NOW)
    with pytest.raises(ChecksOutOfDate):
        check_bookable(a_slot(a_time(NOW + 2 * DAY)), until_tomorrow, now=NOW)


@pytest.mark.parametrize(("begins_in", "answered_in"), [(2 * DAY, 2 * DAY), (30 * DAY, 7 * DAY)])
def test_a_slot_is_held_for_a_week_at_most_and_never_beyond_its_beginning(
    begins_in: timedelta, answered_in: timedelta
) -> None:
    person = somebody()
    slot = a_time(NOW + begins_in)
    room = a_room(a_place(person, PlaceState.WAITING, begins_at=slot.starts_at), people=[person], slot=slot)

    assert [one.answer_by for one in offer(room, today=TODAY, now=NOW)] == [NOW + answered_in]


def test_once_it_has_begun_who_had_it_had_it_and_nobody_waits_or_is_asked_any_more() -> None:
    person = somebody()
    slot = a_time(NOW)
    states = (PlaceState.TAKEN, PlaceState.WAITING, PlaceState.OFFERED)
    room = a_room(*(a_place(person, state) for state in states), people=[person], places=9, slot=slot)

    ended = lapse(room, now=NOW)

    assert Counter(one.state for one in ended) == {PlaceState.PAST: 1, PlaceState.LAPSED: 2}
    assert offer(room, today=TODAY, now=NOW) == []
    assert lapse(replace(room, plan=replace(room.plan, slot=replace(slot, starts_at=TOMORROW))), now=NOW) == []
