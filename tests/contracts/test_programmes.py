"""What a programme's definition cannot mean, and what goes beyond its level: each contradiction on its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from kith_contracts.committed import PROGRAMMES
from kith_contracts.programmes.terms import terms_of
from tests.contracts.programmes import BEFRIENDING, CHOIR, LEAFLETS, but, contradictions, defined
from tests.contracts.values import committed

SCHEMA = Draft202012Validator(committed(Path(PROGRAMMES) / "definition.json"))


@pytest.mark.parametrize("told", [BEFRIENDING, CHOIR, LEAFLETS], ids=["formal", "informal", "outreach"])
def test_a_programme_that_means_what_it_says_is_taken(told: dict[str, Any]) -> None:
    assert contradictions(told) == set()


def test_a_definition_does_not_change() -> None:
    with pytest.raises(ValidationError):
        defined(BEFRIENDING).name = "Another"  # type: ignore[misc]


def test_nobody_is_younger_than_the_oldest_and_older_than_the_youngest() -> None:
    told = but(BEFRIENDING, "who", {"summary": "Nobody.", "minimum_age": 30, "maximum_age": 20})

    assert contradictions(told) == {("ages-cross", "who.maximum_age")}


def test_a_programme_that_matches_people_says_how() -> None:
    assert contradictions(but(BEFRIENDING, "matching", None)) == {("matching-missing", "matching")}


def test_a_programme_that_matches_nobody_has_no_policy_for_it() -> None:
    assert contradictions(but(LEAFLETS, "matching", {})) == {("matching-for-nobody", "matching")}


def test_a_group_may_say_which_group_suits_somebody() -> None:
    told = but(but(CHOIR, "formality", "organised"), "matching", {"weights": {"place": 100}})

    assert contradictions(told) == set()


def test_a_programme_that_matches_by_condition_argues_for_it() -> None:
    told = but(BEFRIENDING, "matching.rules", ["same-condition"])

    assert contradictions(told) == {("argument-missing", "matching.argument")}
    assert contradictions(but(told, "matching.argument", "Nobody else knows what it is like.")) == set()


def test_an_argument_for_a_rule_that_is_not_there_is_refused() -> None:
    told = but(BEFRIENDING, "matching.argument", "Nobody else knows what it is like.")

    assert contradictions(told) == {("argument-for-nothing", "matching.argument")}


def test_related_experiences_need_experience_to_count() -> None:
    told = but(BEFRIENDING, "matching", {"related": {"kinship-care": ["fostering"]}})

    assert contradictions(told) == {("related-to-nothing", "matching.related")}


def test_people_who_come_together_do_so_somewhere() -> None:
    assert contradictions(but(CHOIR, "support.gathering", None)) == {("gathering-missing", "support.gathering")}


def test_a_gathering_without_people_is_refused() -> None:
    told = but(BEFRIENDING, "support.gathering", {})

    assert contradictions(told) == {("gathering-of-nobody", "support.gathering")}


@pytest.mark.parametrize("at_home", [True, False])
def test_that_people_are_visited_at_home_is_told_with_the_terms(at_home: bool) -> None:
    assert terms_of(defined(but(BEFRIENDING, "support.sessions", {"at_home": at_home})), 1).at_home == at_home


def test_a_site_is_told_as_a_code_made_of_its_name() -> None:
    told = defined(but(BEFRIENDING, "sites", ["Brighton and Hove", "Ynys Môn", "St. Mary's (North)"]))

    assert told.site_codes == ("brighton-and-hove", "ynys-mon", "st-mary-s-north")
    assert terms_of(told, 1).sites == told.site_codes


def test_two_sites_of_one_code_could_not_be_told_apart() -> None:
    told = but(BEFRIENDING, "sites", ["Newham", "Sheffield", "newham!"])

    assert contradictions(told) == {("site-twice", "sites.2")}


@pytest.mark.parametrize("name", ["Ελλάδα", "Sheffield " * 8])
def test_a_site_whose_name_makes_no_code_needs_another_name(name: str) -> None:
    assert contradictions(but(BEFRIENDING, "sites", [name])) == {("site-without-code", "sites.0")}


def test_a_listener_has_times_that_are_booked_or_open() -> None:
    told = but(but(BEFRIENDING, "models", ["listening-slots"]), "matching", None)

    assert contradictions(told) == {("times-missing", "support.sessions.times")}
    assert contradictions(but(told, "support.sessions.times", ["open"])) == set()


def test_a_mediator_takes_nobodys_side() -> None:
    told = but(BEFRIENDING, "models", ["mediation"])

    assert contradictions(told) == {("mediator-takes-sides", "matching.rules")}
    assert contradictions(but(told, "matching.rules", ["both-agree", "close-to-neither"])) == set()


def test_who_came_without_a_name_is_not_asked_to_a_review() -> None:
    told = but(LEAFLETS, "support.length.review_weeks", 6)

    assert contradictions(told) == {("reviews-of-nobody", "support.length.review_weeks")}


def test_who_came_without_a_name_is_not_measured_but_a_supporter_is() -> None:
    measure = {"instrument": "ons4", "at": ["baseline", "ending"]}

    assert contradictions(but(LEAFLETS, "evaluation.measures", [measure])) == {
        ("measures-nobody", "evaluation.measures")
    }
    assert contradictions(but(LEAFLETS, "evaluation.measures", [measure | {"of": "supporter"}])) == set()


def test_who_came_without_a_name_is_not_matched() -> None:
    told = but(but(BEFRIENDING, "who.referrable", value=False), "support.length.review_weeks", None)

    assert contradictions(told) == {("matches-nobody", "who.referrable")}


RESULTS = {"payer_percent": 40, "sustained_weeks": 26, "claims": ["continuous-work"]}


def test_results_that_are_switched_on_are_said() -> None:
    told = but(BEFRIENDING, "support.components", ["results"])

    assert contradictions(told) == {("results-missing", "evaluation.results")}


def test_results_that_are_said_are_switched_on() -> None:
    assert contradictions(but(BEFRIENDING, "evaluation.results", RESULTS)) == {("results-not-on", "support.components")}


def test_a_measure_at_reviews_needs_reviews() -> None:
    measured = but(BEFRIENDING, "evaluation.measures", [{"instrument": "ons4", "at": ["baseline", "review"]}])

    told = but(measured, "support.length.review_weeks", None)

    assert contradictions(told) == {("no-reviews", "support.length.review_weeks")}


def test_a_measure_that_is_asked_once_shows_nothing() -> None:
    told = but(BEFRIENDING, "evaluation.measures", [{"instrument": "ons4", "at": ["ending", "ending"]}])

    assert contradictions(told) == {("asked-once", "evaluation.measures.0.at")}


def test_only_a_formal_programme_claims_results() -> None:
    told = but(but(BEFRIENDING, "evaluation.results", RESULTS), "support.components", ["results"])

    assert contradictions(told) == set()
    assert contradictions(but(told, "formality", "organised")) == {("beyond-its-level", "evaluation.results")}


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("evaluation.measures", [{"instrument": "ons4", "of": "supporter", "at": ["baseline", "ending"]}]),
        ("evaluation.hours", True),
        ("supporters.steps", ["selection"]),
        ("supporters.checks", {"england": {"body": "dbs", "level": "basic"}}),
        ("supporters.supervision", {"every_weeks": 4}),
        ("supporters.training", [{"code": "singing"}]),
        ("support.sessions.missed_after_days", 14),
        ("support.sessions.at_home", True),
        ("support.components", ["goals"]),
        ("who.referrable", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_informal_programme_is_not_asked_for_more_than_it_can_bear(at: str, value: Any) -> None:
    assert contradictions(but(CHOIR, at, value)) == {("beyond-its-level", at)}


def test_an_informal_programme_keeps_no_list_of_who_waits() -> None:
    told = but(CHOIR, "support.gathering", {"most": 10, "waiting_list": True})

    assert contradictions(told) == {("beyond-its-level", "support.gathering.waiting_list")}


def test_an_informal_programme_has_no_reviews() -> None:
    found = contradictions(but(CHOIR, "support.length.review_weeks", 6))

    assert ("beyond-its-level", "support.length.review_weeks") in found


def test_an_informal_programme_brings_people_together_and_nothing_else() -> None:
    found = contradictions(but(CHOIR, "models", ["group", "outreach"]))

    assert found == {("beyond-its-level", "models")}


def test_nobody_coordinates_the_exchange_of_an_informal_programme() -> None:
    told = but(but(CHOIR, "models", ["group", "mutual-exchange"]), "matching", {})

    assert contradictions(told) == {("beyond-its-level", "matching.getting_to_know")}
    assert contradictions(but(told, "matching.getting_to_know", value=False)) == set()


def test_a_training_by_choice_is_open_to_an_informal_programme() -> None:
    assert contradictions(but(CHOIR, "supporters.training", [{"code": "singing", "required": False}])) == set()


def test_the_part_for_one_person_fits_into_the_session() -> None:
    told = but(BEFRIENDING, "support.sessions", {"minutes": 10, "one_to_one_minutes": 15})

    assert contradictions(told) == {("part-above-whole", "support.sessions.one_to_one_minutes")}


def test_a_week_is_not_missed_before_it_is_over() -> None:
    told = but(BEFRIENDING, "support.sessions", {"every_days": 7, "missed_after_days": 6})

    assert contradictions(told) == {("missed-too-soon", "support.sessions.missed_after_days")}


def test_nobody_waits_where_there_is_a_place_for_whoever_comes() -> None:
    told = but(but(CHOIR, "formality", "organised"), "support.gathering", {"waiting_list": True})

    assert contradictions(told) == {("waits-for-nothing", "support.gathering.waiting_list")}


def test_who_visits_people_at_home_meets_them_in_person() -> None:
    told = but(BEFRIENDING, "support", {"sessions": {"at_home": True}, "channels": ["telephone"]})

    assert contradictions(told) == {("visits-not-in-person", "support.channels")}


def test_a_training_that_supporters_do_not_take_keeps_none_of_them_back() -> None:
    told = but(BEFRIENDING, "supporters.training", [{"code": "making-it-happen", "takers": ["staff"]}])

    assert contradictions(told) == {("required-of-nobody", "supporters.training.0.required")}


def test_a_check_is_made_by_the_body_of_its_nation() -> None:
    told = but(BEFRIENDING, "supporters.checks", {"scotland": {"body": "dbs", "level": "basic"}})

    assert contradictions(told) == {("wrong-body", "supporters.checks.scotland.body")}


def test_a_check_has_a_level_that_its_body_knows() -> None:
    told = but(BEFRIENDING, "supporters.checks", {"england": {"body": "dbs", "level": "pvg"}})

    assert contradictions(told) == {("no-such-check", "supporters.checks.england.level")}


def test_all_that_is_contradicted_is_said_at_once() -> None:
    told = but(CHOIR, "supporters", CHOIR["supporters"] | {"steps": ["selection"], "supervision": {"every_weeks": 4}})

    assert {at for _, at in contradictions(told)} == {"supporters.steps", "supporters.supervision"}


@pytest.mark.parametrize("told", [BEFRIENDING, CHOIR, LEAFLETS], ids=["formal", "informal", "outreach"])
def test_the_published_schema_takes_what_the_definition_takes(told: dict[str, Any]) -> None:
    assert [error.message for error in SCHEMA.iter_errors(told)] == []


def test_the_published_schema_refuses_a_key_that_nobody_knows() -> None:
    assert not SCHEMA.is_valid(BEFRIENDING | {"wheights": {}})


def test_the_published_schema_asks_a_variant_for_nothing_but_what_it_changes() -> None:
    variant = {"slug": "befriending-men", "extends": "befriending", "who": {"minimum_age": 18}}

    assert SCHEMA.is_valid(variant)
    assert not SCHEMA.is_valid({**variant, "extends": None})


def test_a_definition_is_told_and_read_again_unchanged() -> None:
    told = defined(BEFRIENDING)

    assert defined(json.loads(told.model_dump_json())) == told
