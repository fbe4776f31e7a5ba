"""The programmes of the sources, each found in its file in the words that make it what it is."""

import json
import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kith_cli.programmes.page import page
from kith_cli.programmes.reading import read
from kith_cli.programmes.written import written
from kith_contracts.programmes import Definition
from kith_contracts.programmes.evaluation import Moment, Whose
from kith_contracts.programmes.matching import Connection, HardRule, KnowingEachOther, Matching
from kith_contracts.programmes.schema import file_schema
from kith_contracts.programmes.support import ComesAs, Component, Gathering, Limit, Times
from kith_contracts.programmes.supporters import Learner, Pay, Role, Step
from kith_contracts.programmes.terms import terms_of
from kith_contracts.programmes.words import Channel, Formality, Model, Nation

FOLDER = Path(__file__).parents[2] / "deploy" / "programmes"
FILES = sorted(FOLDER.iterdir())

ROWS = (
    "relative-experience",
    "parent-champions",
    "dementia-peer-cafe",
    "home-start",
    "family-partners",
    "sure-start-outreach",
    "peer2peer-network",
    "capital",
    "borough-wide-user-forum",
    "rochdale-wrap",
    "reading-resource",
    "peer-listening",
    "peer-education",
    "peer-tutoring",
    "peer-mentoring",
    "peer-mediation",
    "right-here",
    "long-term-conditions",
    "self-management-wales",
    "dementia-self-help",
)

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@cache
def programme(slug: str) -> Definition:
    reading = read(FOLDER / f"{slug}.yaml")
    assert reading.definition, reading.faults
    return reading.definition


def matching(slug: str) -> Matching:
    found = programme(slug).matching
    assert found
    return found


def gathering(slug: str) -> Gathering:
    found = programme(slug).support.gathering
    assert found
    return found


def has(slug: str, *components: Component) -> bool:
    return set(components) <= set(programme(slug).support.components)


@each_file
def test_a_file_can_be_used(file: Path) -> None:
    assert read(file).faults == ()


@each_file
def test_a_file_keeps_the_schema_that_editors_are_given(file: Path) -> None:
    told = written(file.read_text(encoding="utf-8")).told

    assert [error.message for error in Draft202012Validator(file_schema()).iter_errors(told)] == []


@each_file
def test_a_file_says_first_where_it_comes_from(file: Path) -> None:
    assert re.match(r"# [0-9]+(, variant)?\. .*\b(RE|HH|MH|LTC)\b", file.read_text(encoding="utf-8"))


def test_there_is_a_programme_for_each_of_the_twenty_and_everything_else_is_a_variant() -> None:
    assert len(ROWS) == 20
    assert {file.stem for file in FILES if programme(file.stem).extends is None} == set(ROWS)


@pytest.mark.parametrize("words", [Model, HardRule, Connection, Component, Role, ComesAs, Pay, Step, Moment, Whose])
def test_no_word_of_the_schema_is_said_by_nobody(words: type[StrEnum]) -> None:
    said = json.dumps([programme(file.stem).model_dump(mode="json") for file in FILES])

    assert [word.value for word in words if f'"{word}"' not in said] == []


def keys_said(told: object, above: str = "") -> set[str]:
    """Every key that a file's content says, as the page's last chapter writes it."""
    if isinstance(told, list):
        return {key for item in told for key in keys_said(item, f"{above[:-1]}[].")}
    if not isinstance(told, dict):
        return set()
    within = {key for name, value in told.items() for key in keys_said(value, f"{above}{name}.")}
    return {f"{above}{name}" for name in told} | within


def test_no_key_of_the_schema_is_said_by_nobody() -> None:
    said = {key for file in FILES for key in keys_said(written(file.read_text(encoding="utf-8")).told)}
    nations = "|".join(Nation)

    known = re.findall(r"^\| `([^`]+)` \| (?:an?|one|true|words|its)", page([]), re.MULTILINE)

    assert known
    assert set(known) <= {re.sub(rf"checks\.({nations})\.", "checks.*.", key) for key in said}


def test_1_lived_kinship_care_comes_before_relevant_life_experience_and_neither_is_refused() -> None:
    policy = matching("relative-experience")

    assert max(policy.weights, key=lambda one: policy.weights[one]) is Connection.EXPERIENCE
    assert "relevant-life-experience" in policy.related["kinship-care"]
    assert 0 < policy.related_percent < 100
    assert HardRule.SHARED_EXPERIENCE not in policy.rules


def test_1_the_volunteers_gain_too() -> None:
    told = programme("relative-experience")

    assert (told.supporters.called, told.supporters.pay) == ("befriender", Pay.UNPAID)
    assert told.evaluation.outcomes[Whose.PERSON] == ("mental-well-being", "self-confidence-to-cope", "less-anxiety")
    assert told.evaluation.outcomes[Whose.SUPPORTER]
    assert Whose.SUPPORTER in {measure.of for measure in told.evaluation.measures}


def test_2_champions_reach_parents_who_are_not_referred_from_a_directory_that_is_kept() -> None:
    told = programme("parent-champions")

    assert (told.models, told.who.referrable) == ((Model.OUTREACH,), False)
    assert has("parent-champions", Component.OUTREACH, Component.DIRECTORY)
    assert {"childcare-take-up", "awareness-of-services", "child-behaviour", "friendships"} <= set(
        told.evaluation.outcomes[Whose.PERSON]
    )


def test_3_people_with_dementia_and_carers_come_together_or_either_alone() -> None:
    told = programme("dementia-peer-cafe")

    assert set(told.support.comes_as) == set(terms_of(told, 1).comes_as) == {ComesAs.PAIR, ComesAs.ALONE}
    assert set(told.models) == {Model.GROUP, Model.DROP_IN}
    assert matching("dementia-peer-cafe").knowing_each_other is KnowingEachOther.EXPECTED
    assert has("dementia-peer-cafe", Component.SIGNPOSTING)
    assert set(told.evaluation.outcomes) == {Whose.PERSON, Whose.CARER}


def test_4_a_family_is_visited_at_home_once_a_week_and_a_week_without_is_noticed() -> None:
    sessions = programme("home-start").support.sessions

    assert (sessions.every_days, sessions.missed_after_days, sessions.at_home) == (7, 7, True)
    assert programme("home-start").evaluation.reach_a_year == 32000


def test_5_results_are_paid_for_in_part() -> None:
    told = programme("family-partners")

    assert told.evaluation.results
    assert (told.evaluation.results.payer_percent, told.evaluation.results.proposed) == (40, 120_000)
    assert {"school-attendance", "continuous-work"} <= set(told.evaluation.results.claims)
    assert told.formality is Formality.FORMAL


def test_5_no_family_is_called_troubled() -> None:
    assert "troubled" not in programme("family-partners").model_dump_json().lower()


def test_6_families_who_do_not_come_are_reached_and_counted_by_area() -> None:
    assert not programme("sure-start-outreach").who.referrable
    assert has("sure-start-outreach", Component.OUTREACH, Component.REACH_BY_AREA)


def test_7_one_referral_is_offered_to_several_and_the_person_chooses() -> None:
    assert has("peer2peer-network", Component.SEVERAL_OFFERS)


def test_8_members_may_exchange_what_they_can_do_and_when_to_call() -> None:
    told = programme("capital")

    assert (told.formality, Model.MUTUAL_EXCHANGE in told.models) == (Formality.INFORMAL, True)
    assert set(matching("capital").weights) == {Connection.SKILL, Connection.AVAILABILITY}
    assert has("capital", Component.EXCHANGE)
    assert Channel.TELEPHONE in told.support.channels
    assert gathering("capital").led_by_members
    assert told.approval
    assert told.approval.by == "members"


def test_9_the_forum_is_informal_unpaid_and_signposts() -> None:
    told = programme("borough-wide-user-forum")

    assert (told.formality, told.supporters.pay) == (Formality.INFORMAL, Pay.UNPAID)
    assert {"service-user", "carer"} <= set(told.who.circumstances)
    assert "campaigning" in told.support.sessions.topics
    assert has("borough-wide-user-forum", Component.SIGNPOSTING)


def test_9_a_crisis_is_met_one_to_one_by_a_variant() -> None:
    told = programme("borough-wide-user-forum-crisis")

    assert (told.models, told.formality) == ((Model.ONE_TO_ONE,), Formality.FORMAL)
    assert has("borough-wide-user-forum-crisis", Component.CRISIS)


def test_10_the_pyramid_is_informal_at_its_base_and_formal_at_its_top() -> None:
    base, top = programme("rochdale-wrap"), programme("rochdale-wrap-one-to-one")

    assert (base.formality, base.models) == (Formality.INFORMAL, (Model.GROUP,))
    assert (top.formality, top.models) == (Formality.FORMAL, (Model.ONE_TO_ONE,))
    assert top.supporters.supervision
    assert has("rochdale-wrap-one-to-one", Component.LOG, Component.PROGRESSION)


@pytest.mark.parametrize("slug", ["capital", "borough-wide-user-forum", "rochdale-wrap"])
def test_8_9_10_an_informal_group_is_asked_for_a_headcount_at_most(slug: str) -> None:
    told = programme(slug)

    assert told.evaluation.measures == ()
    assert told.supporters.steps == ()
    assert told.supporters.checks == {}
    assert not told.who.referrable
    assert has(slug, Component.HEADCOUNT)


def test_11_a_session_has_three_hours_and_at_most_fifteen_minutes_one_to_one() -> None:
    told = programme("reading-resource")

    assert told.supporters.pay is Pay.SESSIONAL
    assert (told.support.sessions.minutes, told.support.sessions.one_to_one_minutes) == (180, 15)
    assert told.support.sessions.one_to_one_limit is Limit.EACH
    assert "mothers-and-toddlers" in told.support.sessions.topics


def test_11_training_is_six_weeks_taught_and_two_on_placement_with_credits() -> None:
    [training] = programme("reading-resource").supporters.training

    assert (training.taught_weeks, training.placement_weeks, training.credits) == (6, 2, "NVQ Level 2")


def test_12_a_listener_is_trained_in_counselling_skills_and_booked_or_open() -> None:
    told = programme("peer-listening")

    [skills] = [one for one in told.supporters.training if one.code == "counselling-skills"]
    assert skills.covers == (
        "active-listening",
        "verbal-and-non-verbal-communication",
        "confidentiality",
        "problem-solving",
    )
    assert set(told.support.sessions.times) == {Times.BOOKED, Times.OPEN}
    assert told.matching is None


def test_13_a_topic_is_taught_to_a_group_of_similar_age_status_and_background() -> None:
    policy = matching("peer-education")

    assert {Connection.AGE, Connection.STATUS, Connection.BACKGROUND} <= set(policy.weights)
    assert programme("peer-education").support.sessions.topics == ("coping-with-depression", "anxiety", "addiction")


def test_14_a_tutor_is_of_the_same_age_or_older_and_reads_or_writes_with_somebody() -> None:
    assert HardRule.SAME_AGE_OR_OLDER in matching("peer-tutoring").rules
    assert programme("peer-tutoring").support.sessions.topics == ("paired-reading", "paired-writing")
    assert has("peer-tutoring", Component.GOALS)


def test_15_buddies_belong_to_a_group_in_a_new_place_and_a_mentor_stays() -> None:
    mentor = programme("peer-mentoring-long-term")

    assert programme("peer-mentoring").supporters.called == "buddy"
    assert HardRule.SAME_SETTING in matching("peer-mentoring").rules
    assert gathering("peer-mentoring")
    assert mentor.supporters.called == "mentor"
    assert {Role.BEFRIENDING, Role.LISTENING, Role.MEDIATING} <= set(mentor.supporters.roles)


def test_16_both_agree_to_a_mediator_who_is_close_to_neither_and_trained() -> None:
    told = programme("peer-mediation")

    assert set(matching("peer-mediation").rules) == {HardRule.BOTH_AGREE, HardRule.CLOSE_TO_NEITHER}
    assert "conflict-resolution" in {training.code for training in told.supporters.training}


def test_16_other_programmes_switch_mediation_on() -> None:
    assert has("relative-experience", Component.MEDIATION)
    assert has("right-here", Component.MEDIATION)


def test_17_young_people_from_16_to_25_approve_their_programme_on_four_sites() -> None:
    told = programme("right-here")

    assert (told.who.minimum_age, told.who.maximum_age) == (16, 25)
    assert told.sites == ("County Fermanagh", "Brighton and Hove", "Newham", "Sheffield")
    assert set(told.supporters.checks) == {Nation.ENGLAND, Nation.NORTHERN_IRELAND}
    assert told.approval
    assert told.approval.by == "young-people"


def test_18_conditions_are_one_connection_among_others() -> None:
    policy = matching("long-term-conditions")

    assert HardRule.SAME_CONDITION not in policy.rules
    assert HardRule.TRAINED_FOR_LOW_MOOD in policy.rules
    assert policy.weights[Connection.IMPACT] > policy.weights[Connection.CONDITION]
    assert policy.different_peers
    assert len(programme("long-term-conditions").models) > 1


@pytest.mark.parametrize("why", ["mental-illness", "degenerative", "gender-specific"])
def test_18_who_matches_by_condition_argues_for_it(why: str) -> None:
    policy = matching(f"long-term-conditions-{why}")

    assert HardRule.SAME_CONDITION in policy.rules
    assert policy.argument


def test_18_staff_and_commissioners_are_trained_for_a_day_and_peers_and_coordinators_for_two() -> None:
    courses = {frozenset(one.takers): one.days for one in programme("long-term-conditions").supporters.training}

    assert courses[frozenset({Learner.STAFF, Learner.COMMISSIONER})] == 1
    assert courses[frozenset({Learner.SUPPORTER, Learner.COORDINATOR})] == 2


def test_18_clinicians_who_refer_hear_back() -> None:
    assert has("long-term-conditions", Component.FEEDBACK)


def test_18_supporters_do_all_nine_things_that_peers_do() -> None:
    assert len(programme("long-term-conditions").supporters.roles) == 9


def test_19_who_was_supported_becomes_a_mentor_and_members_set_goals() -> None:
    assert has("self-management-wales", Component.PROGRESSION, Component.GOALS)
    assert gathering("self-management-wales").members_set_goals
    assert programme("self-management-wales").supporters.called == "group mentor"


def test_19_in_prison_there_is_no_phone_and_no_email() -> None:
    told = programme("self-management-prisons")

    assert set(told.who.reached_by) == set(told.support.channels) == {Channel.IN_PERSON, Channel.LETTER}


@pytest.mark.parametrize("whose", ["prisons", "single-parents", "young-black-men", "women", "supported-housing"])
def test_19_similar_initiatives_are_variants(whose: str) -> None:
    assert programme(f"self-management-{whose}").extends == "self-management-wales"
    assert gathering(f"self-management-{whose}").members_set_goals


def test_20_neighbours_in_early_stages_and_their_partners_meet_where_they_live() -> None:
    told = programme("dementia-self-help")

    assert ComesAs.PAIR in told.support.comes_as
    assert HardRule.SAME_SETTING in matching("dementia-self-help").rules
    assert matching("dementia-self-help").knowing_each_other is KnowingEachOther.EXPECTED
    assert told.evaluation.outcomes[Whose.PERSON] == (
        "lives-independently-for-longer",
        "quality-of-life",
        "less-isolation",
    )
