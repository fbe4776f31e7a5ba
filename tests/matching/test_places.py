"""Places in a group, on the pure domain: never more people than places, and nobody without their yes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kith_chassis.clock import new_id
from kith_matching.domain.places import (
    HOLDING,
    AlreadyInGroup,
    FewerThanTaken,
    GroupFull,
    Place,
    PlaceEnded,
    PlaceLapsed,
    PlaceNotOffered,
    PlaceState,
    ReferralElsewhere,
    Room,
    answer,
    check_plan,
    join,
    lapse,
    leave,
    offer,
    release,
    withdraw,
)
from kith_matching.domain.plan import NobodyLeads, Plan, Slot, Times, settle
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Channel, Programme, Referral
from kith_matching.domain.refusals import ConsentWithdrawn
from kith_matching.domain.slots import SlotTaken
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.terms import Terms
from tests.matching.builders import DAY, NOW, TODAY, a_programme, a_referral, a_supporter
from tests.servers.lengths import examples

LISTED = Terms(places=2, waiting_list=True)
PROGRAMME = a_programme(terms=LISTED)


def a_plan(programme: Programme = PROGRAMME, **different: Any) -> Plan:
    """Two places in a library, from today on."""
    usual = Plan(
        group_id=new_id(),
        programme_id=programme.id,
        organisation_id=programme.organisation_id,
        places=2,
        facilitators=(new_id(),),
        starts_on=TODAY,
        meetings=8,
        setting="library",
        channel=Channel.IN_PERSON,
        district="G12",
    )
    return replace(usual, **different)


def a_room(*places: Place, people: Sequence[Referral] = (), terms: Terms = LISTED, **different: Any) -> Room:
    """A group with these places, whose plan may differ."""
    plan = a_plan(**different)
    here = [replace(one, group_id=plan.group_id) for one in places]
    return Room(plan, terms, {one.id: one for one in here}, {one.id: one for one in people})


def a_place(referral: Referral, state: PlaceState = PlaceState.TAKEN, **different: Any) -> Place:
    """The referral's place."""
    usual = Place(new_id(), new_id(), referral.id, referral.programme_id, referral.organisation_id, 0, state, NOW)
    return replace(usual, **different)


def somebody(**different: Any) -> Referral:
    return a_referral(PROGRAMME, **different)


def joined(room: Room, referral: Referral, comes_with: int = 0) -> Place:
    return join(room.knowing(referral), referral, comes_with, place_id=new_id(), today=TODAY, now=NOW)


def offered(room: Room) -> list[UUID]:
    return [one.referral_id for one in offer(room, today=TODAY, now=NOW)]


def waiting_room(*people: Referral, places: int | None = 2) -> Room:
    """A group in which nobody has a place and these wait."""
    return a_room(*(a_place(one, PlaceState.WAITING) for one in people), people=people, places=places)


def test_who_comes_while_there_is_a_place_takes_it() -> None:
    assert joined(a_room(), somebody()).state is PlaceState.TAKEN


def test_who_waits_no_longer_because_a_match_moved_to_a_group_joins_one() -> None:
    assert joined(a_room(), somebody(waiting=False)).state is PlaceState.TAKEN


def test_who_comes_to_a_full_group_waits() -> None:
    full = a_room(a_place(somebody()), a_place(somebody()))

    assert joined(full, somebody()).state is PlaceState.WAITING


def test_a_full_group_without_a_list_says_so() -> None:
    full = a_room(a_place(somebody()), a_place(somebody()), terms=Terms(places=2))

    with pytest.raises(GroupFull):
        joined(full, somebody())


def test_where_whoever_comes_has_a_place_nobody_waits() -> None:
    crowd = a_room(*(a_place(somebody()) for _ in range(40)), places=None, terms=Terms())

    assert joined(crowd, somebody()).state is PlaceState.TAKEN


def test_somebody_who_comes_with_their_carer_takes_two_places() -> None:
    assert joined(a_room(), somebody(), comes_with=1).size == 2
    assert joined(a_room(a_place(somebody())), somebody(), comes_with=1).state is PlaceState.WAITING


def test_an_offered_place_is_held() -> None:
    held = a_room(a_place(somebody(), PlaceState.OFFERED), a_place(somebody()))

    assert joined(held, somebody()).state is PlaceState.WAITING


def test_nobody_overtakes_those_who_wait() -> None:
    carer_and_person = somebody(received_on=TODAY - 30 * DAY)
    room = a_room(
        a_place(somebody()), a_place(carer_and_person, PlaceState.WAITING, comes_with=1), people=[carer_and_person]
    )

    assert joined(room, somebody(received_on=TODAY)).state is PlaceState.WAITING


def test_who_stands_before_those_who_wait_takes_the_place_that_is_too_small_for_them() -> None:
    pair = somebody(received_on=TODAY)
    room = a_room(a_place(somebody()), a_place(pair, PlaceState.WAITING, comes_with=1), people=[pair])

    assert joined(room, somebody(received_on=TODAY - 30 * DAY)).state is PlaceState.TAKEN


def test_who_has_waited_longest_is_offered_a_place_first() -> None:
    first, second, third = (somebody(received_on=TODAY - days * DAY) for days in (30, 20, 10))

    assert offered(waiting_room(third, first, second)) == [first.id, second.id]


def test_who_was_asked_to_be_looked_at_first_is() -> None:
    patient, urgent = somebody(received_on=TODAY - 30 * DAY), somebody(received_on=TODAY, urgent=True)

    assert offered(waiting_room(patient, urgent)) == [urgent.id, patient.id]


def test_of_equals_the_one_who_was_received_first_is_first_and_then_the_lower_id() -> None:
    long_ago, longer_ago = somebody(received_on=TODAY - 400 * DAY), somebody(received_on=TODAY - 401 * DAY)
    lower = somebody(received_on=TODAY - 400 * DAY, id=UUID(int=1))

    assert offered(waiting_room(long_ago, lower, longer_ago, places=3)) == [longer_ago.id, lower.id, long_ago.id]


def test_a_pair_is_not_passed_over_while_one_place_is_free() -> None:
    pair, alone = somebody(received_on=TODAY - 30 * DAY), somebody(received_on=TODAY)
    room = a_room(
        a_place(somebody()),
        a_place(pair, PlaceState.WAITING, comes_with=1),
        a_place(alone, PlaceState.WAITING),
        people=[pair, alone],
    )

    assert offered(room) == []


def test_an_offer_is_good_for_a_week() -> None:
    (place,) = offer(waiting_room(person := somebody()), today=TODAY, now=NOW)

    assert answer(place, Answer.YES, person, now=NOW + 7 * DAY - timedelta(seconds=1)).state is PlaceState.TAKEN
    with pytest.raises(PlaceLapsed):
        answer(place, Answer.YES, person, now=NOW + 7 * DAY)


def test_an_offer_lapses_after_its_week_and_not_before() -> None:
    room = waiting_room(somebody())
    room = room.after(offer(room, today=TODAY, now=NOW))

    assert lapse(room, now=NOW + 7 * DAY - timedelta(seconds=1)) == []
    assert [one.state for one in lapse(room, now=NOW + 7 * DAY)] == [PlaceState.LAPSED]


def test_a_no_is_taken_though_consent_went_and_a_yes_is_not() -> None:
    person = somebody(consented=False)
    place = a_place(person, PlaceState.OFFERED, answer_by=NOW + DAY)

    assert answer(place, Answer.NO, person, now=NOW).state is PlaceState.DECLINED
    with pytest.raises(ConsentWithdrawn):
        answer(place, Answer.YES, person, now=NOW)


@pytest.mark.parametrize("state", [one for one in PlaceState if one is not PlaceState.OFFERED])
def test_what_was_not_offered_is_not_answered(state: PlaceState) -> None:
    person = somebody()

    with pytest.raises(PlaceNotOffered) as refused:
        answer(a_place(person, state), Answer.YES, person, now=NOW)

    assert refused.value.message.endswith(".")


def test_a_place_is_left_once() -> None:
    left = leave(a_place(somebody()), now=NOW)

    with pytest.raises(PlaceEnded):
        leave(left, now=NOW)


def test_a_yes_to_one_group_ends_the_waiting_for_others_and_no_place_that_is_taken() -> None:
    person = somebody()
    here, course = a_place(person), a_place(person)
    held, listed = a_place(person, PlaceState.OFFERED), a_place(person, PlaceState.WAITING)

    assert release(a_room(here), here, now=NOW) == []
    assert release(a_room(course), here, now=NOW) == []
    for other in (held, listed):
        assert [one.state for one in release(a_room(other), here, now=NOW)] == [PlaceState.WITHDRAWN]


def test_nobody_is_in_a_group_twice() -> None:
    person = somebody()

    with pytest.raises(AlreadyInGroup):
        joined(a_room(a_place(person)), person)


def test_a_group_is_for_the_people_of_its_programme() -> None:
    with pytest.raises(ReferralElsewhere):
        joined(a_room(), a_referral(a_programme()))


def test_a_plan_takes_no_place_away() -> None:
    taken = [a_place(somebody()), a_place(somebody(), comes_with=1)]

    check_plan(a_room(*taken, places=3))
    with pytest.raises(FewerThanTaken):
        check_plan(a_room(*taken, places=2))


def test_a_plan_without_a_number_has_as_many_places_as_the_programme_says() -> None:
    facilitator = a_supporter(PROGRAMME)

    assert settle(a_plan(places=None), PROGRAMME, [facilitator]).places == 2
    assert settle(a_plan(places=9), PROGRAMME, [facilitator]).places == 9


def test_a_group_is_led_by_somebody_who_is_active_in_its_programme() -> None:
    paused, elsewhere = a_supporter(PROGRAMME, state=SupporterState.RESTING), a_supporter(a_programme())

    with pytest.raises(NobodyLeads):
        settle(a_plan(), PROGRAMME, [paused, elsewhere])
    assert settle(a_plan(), PROGRAMME, [paused, a_supporter(PROGRAMME)])


PEOPLE = st.integers(0, 7)
GROUPS = st.integers(0, 2)
ANY = st.integers(0, 10_000)


class Gatherings(RuleBasedStateMachine):
    """Eight people, two groups and a listening slot in a month, held in memory as the database would hold them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.people = [somebody(received_on=TODAY - number * DAY, urgent=number % 3 == 0) for number in range(8)]
        slot = Slot(NOW + 30 * DAY, 45, Times.BOOKED)
        self.plans = [a_plan(places=2), a_plan(places=3), a_plan(places=1, slot=slot)]
        self.places: dict[UUID, Place] = {}
        self.agreed: set[UUID] = set()

    def room(self, number: int) -> Room:
        plan = self.plans[number]
        here = {one.id: one for one in self.places.values() if one.group_id == plan.group_id and one.ended_at is None}
        return Room(plan, LISTED, here, {one.id: one for one in self.people})

    def keep(self, *changed: Place) -> None:
        """As the use case does: what comes free is offered in the same breath."""
        self.places |= {one.id: one for one in changed}
        for taken in (one for one in changed if one.state is PlaceState.TAKEN):
            for number in range(3):
                self.places |= {one.id: one for one in release(self.room(number), taken, now=self.now)}
        for number in range(3):
            self.places |= {one.id: one for one in offer(self.room(number), today=TODAY, now=self.now)}

    @rule(person=PEOPLE, group=GROUPS, comes_with=st.integers(0, 1))
    def somebody_joins(self, person: int, group: int, comes_with: int) -> None:
        referral, room = self.people[person], self.room(group)
        if room.is_past(self.now):
            return  # domain.slots refuses it
        try:
            place = join(room, referral, comes_with if group < 2 else 0, place_id=new_id(), today=TODAY, now=self.now)
        except AlreadyInGroup:
            assert any(one.referral_id == referral.id for one in room.places.values())
        except ConsentWithdrawn:
            assert not referral.consented
        else:
            self.agreed |= {place.id} if place.state is PlaceState.TAKEN else set()
            self.keep(place)

    @precondition(lambda self: self.places)
    @rule(number=ANY, said=st.sampled_from(Answer))
    def somebody_answers(self, number: int, said: Answer) -> None:
        place = list(self.places.values())[number % len(self.places)]
        referral = next(one for one in self.people if one.id == place.referral_id)
        try:
            after = answer(place, said, referral, now=self.now)
        except PlaceNotOffered:
            assert place.state is not PlaceState.OFFERED
        else:
            assert place.state is PlaceState.OFFERED
            self.agreed |= {place.id} if said is Answer.YES else set()
            self.keep(after)

    @precondition(lambda self: self.places)
    @rule(number=ANY)
    def somebody_leaves(self, number: int) -> None:
        place = list(self.places.values())[number % len(self.places)]
        try:
            self.keep(leave(place, now=self.now))
        except PlaceEnded:
            assert place.ended_at is not None

    @rule(days=st.integers(1, 8))
    def time_goes_by(self, days: int) -> None:
        self.now += days * DAY
        self.keep(*(one for number in range(3) for one in lapse(self.room(number), now=self.now)))

    @rule(person=PEOPLE, consented=st.booleans())
    def consent_changes(self, person: int, consented: bool) -> None:
        referral = self.people[person] = replace(self.people[person], consented=consented)
        if not consented:
            self.keep(*(one for number in range(3) for one in withdraw(self.room(number), [referral.id], now=self.now)))

    @rule(group=GROUPS, places=st.integers(2, 5))
    def a_plan_changes(self, group: int, places: int) -> None:
        before, self.plans[group] = self.plans[group], replace(self.plans[group], places=places)
        try:
            check_plan(self.room(group))
        except (FewerThanTaken, SlotTaken):
            self.plans[group] = before
        self.keep()

    @invariant()
    def no_group_has_more_people_than_places(self) -> None:
        for number, plan in enumerate(self.plans):
            room = self.room(number)
            assert plan.places is not None
            assert sum(one.size for one in room.places.values() if one.state in HOLDING) <= plan.places

    @invariant()
    def nobody_has_a_place_to_which_they_did_not_say_yes(self) -> None:
        assert {one.id for one in self.places.values() if one.state is PlaceState.TAKEN} <= self.agreed

    @invariant()
    def nobody_is_passed_over(self) -> None:
        for number in range(3):
            assert offer(self.room(number), today=TODAY, now=self.now) == []

    @invariant()
    def nobody_has_a_place_or_waits_for_one_without_consent(self) -> None:
        agreed = {one.id for one in self.people if one.consented}
        assert {one.referral_id for number in range(3) for one in self.room(number).places.values()} <= agreed

    @invariant()
    def nobody_has_or_waits_for_a_time_that_has_come(self) -> None:
        assert not (self.room(2).is_past(self.now) and self.room(2).places)

    @invariant()
    def nobody_is_in_a_group_twice(self) -> None:
        for number in range(3):
            inside = [one.referral_id for one in self.room(number).places.values()]
            assert len(inside) == len(set(inside))


TestGatherings = Gatherings.TestCase
TestGatherings.settings = settings(max_examples=examples(80), stateful_step_count=40, deadline=None)
