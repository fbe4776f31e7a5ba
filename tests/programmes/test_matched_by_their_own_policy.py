"""The twenty programmes of the sources, each matched by what its own file says, with no code of its own."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kith_chassis.clock import new_id
from kith_matching.domain.dispute import CloseToOne, Dispute, Mediator, check_sides, stops_mediator
from kith_matching.domain.exchange import Member, check_on, suggest
from kith_matching.domain.introducing import Said
from kith_matching.domain.places import PlaceState, Room, join, offer
from kith_matching.domain.plan import Times, settle
from kith_matching.domain.proposal import Answer, Side, answer, propose
from kith_matching.domain.rules import Pair
from kith_matching.domain.score import rank
from kith_matching.domain.slots import SlotIsOpen, SlotsOff, check_bookable, plan_slot
from kith_matching.domain.supporter import Load
from kith_matching.domain.training import Training, TrainingMissing
from kith_referrals.domain.network import check_takes_referrals
from kith_referrals.domain.refusals import TakesNoReferrals
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY
from tests.matching.test_places import a_plan
from tests.matching.test_slots import a_slot, a_time
from tests.programmes.applied import FILES, Applied, apply

LATER = NOW + timedelta(days=1)
YEARS_AGO = TODAY - 4 * 365 * DAY


def prefers(its: Applied, asks: dict[str, Any], *shares: dict[str, Any]) -> list[dict[str, int]]:
    """What each connection gave for supporters who share this, in the order in which they are ranked.

    They are made in the opposite order, so that ids decide nothing.
    """
    made = [its.supporter(**one) for one in reversed(shares)]
    return list(its.points(its.person(**asks), *made).values())


def test_1_relative_experience_prefers_who_lived_kinship_care_and_refuses_nobody_who_lived_near_it() -> None:
    its = apply("relative-experience")
    lived, near = {"experience": ("kinship-care",)}, {"experience": ("fostering",)}

    points = prefers(its, {"needs": ("kinship-care",)}, lived, near, {})

    assert [one.get("experience", 0) for one in points] == [600, 300, 0]


@pytest.mark.parametrize("slug", ["parent-champions", "sure-start-outreach"])
def test_2_and_6_outreach_goes_to_people_whom_nobody_refers_and_matches_nobody(slug: str) -> None:
    its = apply(slug)

    with pytest.raises(TakesNoReferrals):
        check_takes_referrals(its.offer)
    assert (its.programme.terms.models, its.programme.weights) == (("outreach",), {})


def test_3_at_a_dementia_cafe_everybody_may_know_everybody_and_a_pair_takes_two_places() -> None:
    its = apply("dementia-peer-cafe")
    room, person = a_room(its, places=2), its.person(conditions=("dementia",))

    place = join(room, person, 1, place_id=new_id(), today=TODAY, now=NOW)

    assert (place.state, place.size, room.after([place]).holds(1)) == (PlaceState.TAKEN, 2, False)
    assert its.stops(person, its.supporter(), acquainted=True) == []


def test_4_home_start_keeps_neighbours_apart_and_asks_for_training_where_mood_is_low() -> None:
    its = apply("home-start")
    low, trained = its.person(needs=("low-mood",)), its.supporter()
    untrained = replace(trained, trainings=(training("home-visiting"),))

    long_ago = replace(trained, trainings=(training("home-visiting"), training("mental-health-first-aid", YEARS_AGO)))

    assert its.stops(low, trained) == []
    assert its.stops(low, untrained) == its.stops(low, long_ago) == ["not-trained-for-low-mood"]
    assert its.stops(its.person(), untrained, acquainted=True) == ["knows-each-other"]


def test_5_family_partners_are_matched_by_hard_times_and_nobody_by_their_name() -> None:
    its = apply("family-partners")
    lived, near = {"experience": ("out-of-work",)}, {"experience": ("redundancy",)}

    points = prefers(its, {"needs": ("out-of-work",)}, lived, near)

    assert [one["experience"] for one in points] == [400, 200]
    assert "troubled" not in f"{its.offer.name} {its.offer.slug} {its.definition.model_dump_json()}".lower()


def test_7_peer2peer_brings_people_of_several_conditions_together_by_what_these_do_to_a_life() -> None:
    its = apply("peer2peer-network")
    asks = {"conditions": ("copd",), "connections": {"impact": ("fatigue",)}}

    points = prefers(its, asks, {"connections": {"impact": ("fatigue",)}}, {"conditions": ("copd",)})

    assert [(one.get("impact", 0), one.get("condition", 0)) for one in points] == [(250, 0), (0, 100)]


def test_8_capital_has_members_exchange_what_each_can_do_for_the_other_and_takes_no_referrals() -> None:
    its = apply("capital")
    cook, driver, other = a_member(its, "lifts", "cooking"), a_member(its, "cooking", "lifts"), a_member(its, "x", "y")

    check_on(its.programme)
    suggested = suggest(cook, [other, driver], (), its.programme.weights)

    assert [(one.other_id, one.both_ways, one.points) for one in suggested] == [(driver.id, True, 500)]
    with pytest.raises(TakesNoReferrals):
        check_takes_referrals(its.offer)


def test_9_the_user_forum_is_left_alone_and_in_a_crisis_a_peer_answers_within_hours() -> None:
    forum, crisis = apply("borough-wide-user-forum"), apply("borough-wide-user-forum-crisis")
    pair = Pair(crisis.person(), crisis.programme, crisis.supporter(), Load())
    asked = propose(pair, matched=False, proposed=False, proposal_id=new_id(), today=TODAY, now=NOW, got_to_know=True)

    offered = answer(asked, Side.PERSON, Answer.YES, pair, today=TODAY, now=NOW, more=Said(knowing_is_fine=True))

    assert offered.proposal.answer_by == NOW + timedelta(hours=4)
    assert crisis.stops(crisis.person(), crisis.supporter(trainings=())) == ["training-missing"]
    with pytest.raises(TakesNoReferrals):
        check_takes_referrals(forum.offer)


def test_10_rochdale_has_an_informal_base_and_at_the_top_peers_who_lived_the_same_or_near_it() -> None:
    base, top = apply("rochdale-wrap"), apply("rochdale-wrap-one-to-one")
    person = top.person(needs=("mental-illness",))

    near, elsewhere = top.supporter(experience=("psychosis",)), top.supporter(experience=("bereavement",))

    assert top.stops(person, near) == []
    assert top.stops(person, elsewhere) == ["experience-not-shared"]
    with pytest.raises(TakesNoReferrals):
        check_takes_referrals(base.offer)


def test_11_at_reading_resource_workers_are_trained_and_matched_by_when_they_are_there() -> None:
    its = apply("reading-resource")
    asks = {"connections": {"availability": ("tuesday-morning",)}}

    points = prefers(its, asks, {"connections": {"availability": ("tuesday-morning",)}}, {})

    assert [one.get("availability", 0) for one in points] == [200, 0]
    assert its.stops(its.person(), its.supporter(trainings=())) == ["training-missing"]


def test_12_listeners_are_trained_in_counselling_skills_and_checked() -> None:
    its = apply("peer-listening")
    ran_out = training("safetalk", YEARS_AGO)

    assert its.programme.terms.models == ("listening-slots",)
    assert its.stops(its.person(), its.supporter()) == []
    assert its.stops(its.person(), its.supporter(trainings=(training("counselling-skills"), ran_out))) == [
        "training-missing"
    ]
    assert its.stops(its.person(), its.supporter(checks=())) == ["checks-out-of-date"]


def test_12_a_listener_is_booked_at_a_time_or_heard_from_while_they_are_in() -> None:
    its = apply("peer-listening")
    listener = its.supporter(channels=("telephone",))
    booked, open_ = (
        plan_slot(a_slot(a_time(times=one), facilitators=(listener.id,)), its.programme, listener) for one in Times
    )
    pair = Pair(its.person(), its.programme, listener, Load(matches=9))

    check_bookable(booked, pair, now=NOW)

    assert (booked.places, open_.places) == (1, None)
    with pytest.raises(SlotIsOpen):
        check_bookable(open_, pair, now=NOW)
    with pytest.raises(TrainingMissing):
        check_bookable(booked, replace(pair, supporter=its.supporter(trainings=())), now=NOW)
    elsewhere = apply("peer-mentoring")
    with pytest.raises(SlotsOff):
        plan_slot(booked, elsewhere.programme, elsewhere.supporter(channels=("telephone",)))


def test_13_peer_education_is_given_by_somebody_of_like_age_status_and_background() -> None:
    its = apply("peer-education")
    theirs = {"status": ("student",), "background": ("care-leaver",)}

    points = prefers(
        its,
        {"age_band": "18-24", "connections": theirs},
        {"age_band": "18-24", "connections": theirs},
        {"age_band": "45-54", "connections": {"status": ("student",)}},
    )

    assert [(one.get("age", 0), one["status"], one.get("background", 0)) for one in points] == [
        (250, 250, 250),
        (0, 250, 0),
    ]


def test_14_a_tutor_is_of_the_tutees_age_or_older_in_one_school_and_knows_the_subject() -> None:
    its = apply("peer-tutoring")
    asks = {"age_band": "11-15", "connections": {"setting": ("here",), "skill": ("reading",)}}
    knows = {"age_band": "16-17", "connections": {"setting": ("here",), "skill": ("reading",)}}

    points = prefers(its, asks, knows, {"age_band": "16-17"})

    assert [one.get("skill", 0) for one in points] == [400, 0]
    assert its.stops(its.person(**asks), its.supporter(age_band="8-10")) == ["supporter-younger"]
    assert its.stops(its.person(**asks), its.supporter(connections={"setting": ("there",)})) == ["setting-not-shared"]


def test_15_buddies_are_of_the_new_group_and_a_long_term_mentor_is_no_younger() -> None:
    buddies, mentors = apply("peer-mentoring"), apply("peer-mentoring-long-term")

    assert buddies.stops(buddies.person(), buddies.supporter(connections={})) == ["setting-not-shared"]
    assert mentors.stops(mentors.person(age_band="35-44"), mentors.supporter(age_band="25-34")) == ["supporter-younger"]
    assert mentors.stops(mentors.person(age_band="25-34"), mentors.supporter(age_band="35-44", connections={})) == []


def test_16_a_mediator_is_trained_and_close_to_neither_of_two_who_both_agree() -> None:
    its = apply("peer-mediation")
    dispute = Dispute((its.person(), its.person()), its.programme)
    stranger, friend = Mediator(its.supporter()), Mediator(its.supporter(), close=True)
    untrained = Mediator(its.supporter(trainings=()))

    check_sides(dispute)

    assert stops_mediator(stranger, dispute, TODAY) == ()
    assert [type(stop) for stop in stops_mediator(friend, dispute, TODAY)] == [CloseToOne]
    assert [stop.code for stop in stops_mediator(untrained, dispute, TODAY)] == ["training-missing"]
    assert set(its.programme.terms.rules) == {"both-agree", "close-to-neither"}


def test_17_right_here_is_for_sixteen_to_twenty_five_by_peers_of_their_age() -> None:
    its = apply("right-here")

    points = prefers(its, {"age_band": "18-24"}, {"age_band": "18-24"}, {"age_band": "25-34"}, {"age_band": "45-54"})

    assert [one.get("age", 0) for one in points] == [300, 150, 0]
    assert its.stops(its.person(age_band="35-44"), its.supporter()) == ["age-outside-programme"]
    assert its.programme.terms.supporter_minimum_age == 16


def test_18_long_term_conditions_match_by_condition_only_where_a_programme_argues_for_it() -> None:
    every, one = apply("long-term-conditions"), apply("long-term-conditions-degenerative")
    asks = {"conditions": ("multiple-sclerosis",), "connections": {"impact": ("job-lost",)}}
    same_life, same_name = {"connections": {"impact": ("job-lost",)}}, {"conditions": ("multiple-sclerosis",)}

    points = prefers(every, asks, same_life, same_name)

    assert [(each.get("impact", 0), each.get("condition", 0)) for each in points] == [(350, 0), (0, 150)]
    assert one.stops(one.person(**asks), one.supporter(**same_life)) == ["condition-not-shared"]
    assert one.stops(one.person(**asks), one.supporter(**same_name)) == []


def test_18_somebody_who_comes_again_is_rather_offered_another_peer() -> None:
    its = apply("long-term-conditions")
    person, before, new = its.person(), its.supporter(), its.supporter()
    both = [Pair(person, its.programme, one, Load(), supported_before=one is before) for one in (before, new)]

    assert rank(both, TODAY).candidates[0].pair.supporter.id == new.id


def test_19_who_attended_the_course_may_become_its_group_mentor_and_nobody_else() -> None:
    its, inside = apply("self-management-wales"), apply("self-management-prisons")
    attended = its.supporter(trainings=(training("self-management-course"),))

    assert its.stops(its.person(), its.supporter()) == []
    assert its.stops(its.person(), attended) == ["training-missing"]
    assert "progression" in its.programme.terms.components
    assert inside.stops(inside.person(), inside.supporter(connections={"setting": ("elsewhere",)})) == [
        "setting-not-shared"
    ]


def test_20_a_dementia_group_is_for_who_lives_in_the_scheme_and_who_comes_too_late_waits() -> None:
    its = apply("dementia-self-help")
    room = a_room(its)
    early = [its.person() for _ in range(its.programme.terms.places or 0)]
    for one in early:
        room = room.knowing(one)
        room = room.after([join(room, one, 0, place_id=new_id(), today=TODAY, now=NOW)])

    late = its.person()
    waits = join(room.knowing(late), late, 0, place_id=new_id(), today=TODAY, now=NOW)

    assert (room.held, waits.state) == (10, PlaceState.WAITING)
    assert offer(room.knowing(late).after([waits]), today=TODAY, now=LATER) == []
    assert its.stops(late, its.supporter(connections={})) == ["setting-not-shared"]


@pytest.mark.parametrize("file", sorted(FILES.glob("*.yaml")), ids=lambda file: file.stem)
def test_whoever_has_all_that_a_programme_asks_of_its_supporters_is_stopped_by_none_of_its_rules(file: Path) -> None:
    its = apply(file.stem)
    shared = {"needs": ("mental-illness",), "conditions": its.programme.terms.conditions or ("any",)}

    supporter = its.supporter(experience=("mental-illness",), conditions=shared["conditions"])

    assert its.stops(its.person(**shared), supporter) == []


def training(code: str, finished_on: date = TODAY) -> Training:
    return Training(code=code, finished_on=finished_on)


def a_member(its: Applied, needs: str, skills: str) -> Member:
    """A member of its exchange."""
    return Member(uuid4(), its.programme.id, ORGANISATION, (needs,), (skills,), (), "07700 900456")


def a_room(its: Applied, **different: Any) -> Room:
    """A group of the programme in which nobody is yet."""
    facilitator = its.supporter()
    plan = settle(a_plan(its.programme, **{"places": None, **different}), its.programme, [facilitator])
    return Room(plan, its.programme.terms, {}, {})
