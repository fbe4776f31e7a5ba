from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.refusals import PairStopped
from kith_matching.domain.rules import Pair, ages, check_pair, stops, ways_to_meet
from kith_matching.domain.supporter import Load, SupporterState
from tests.matching.builders import DAY, TODAY, a_pair, a_programme


def codes(pair: Pair) -> list[str]:
    return [stop.code for stop in stops(pair, TODAY)]


def test_a_pair_that_suits_is_stopped_by_nothing() -> None:
    assert codes(a_pair()) == []


def test_a_supporter_is_asked_only_in_programmes_they_joined() -> None:
    assert codes(a_pair(supporter={"programme_ids": (a_programme().id,)})) == ["not-in-programme"]


@pytest.mark.parametrize("state", [SupporterState.RESTING, SupporterState.LEFT])
def test_a_supporter_who_is_not_active_is_not_asked(state: SupporterState) -> None:
    assert codes(a_pair(supporter={"state": state})) == ["supporter-not-active"]


@pytest.mark.parametrize("load", [Load(matches=2), Load(proposals=2), Load(matches=1, proposals=1)])
def test_matches_and_open_proposals_take_places(load: Load) -> None:
    assert codes(a_pair(supporter={"capacity": 2}, load=load)) == ["no-capacity"]


def test_a_supporter_with_a_place_left_may_be_asked() -> None:
    assert codes(a_pair(supporter={"capacity": 2}, load=Load(matches=1))) == []


@pytest.mark.parametrize("until", [None, TODAY - DAY])
def test_checks_must_be_in_date_where_the_programme_requires_them(until: date | None) -> None:
    assert codes(a_pair(supporter={"checks_valid_until": until})) == ["checks-out-of-date"]


def test_checks_are_valid_on_their_last_day() -> None:
    assert codes(a_pair(supporter={"checks_valid_until": TODAY})) == []


def test_checks_do_not_matter_where_the_programme_does_not_require_them() -> None:
    assert codes(a_pair(supporter={"checks_valid_until": None}, programme={"checks_required": False})) == []


@pytest.mark.parametrize(
    ("band", "youngest", "oldest"), [("5-14", 18, None), ("15-17", 18, 25), ("35-44", 16, 25), ("85-plus", None, 60)]
)
def test_somebody_certainly_outside_the_programmes_ages_is_stopped(
    band: str, youngest: int | None, oldest: int | None
) -> None:
    pair = a_pair(referral={"age_band": band}, programme={"minimum_age": youngest, "maximum_age": oldest})

    assert codes(pair) == ["age-outside-programme"]


@pytest.mark.parametrize("band", ["15-24", "25-34", "unknown", "85-plus"])
def test_somebody_who_may_be_of_the_right_age_is_left_to_the_coordinator(band: str) -> None:
    assert codes(a_pair(referral={"age_band": band}, programme={"minimum_age": 18, "maximum_age": None})) == []


def test_what_the_person_asks_of_a_supporter_is_never_traded_for_score() -> None:
    pair = a_pair(referral={"requested": ("women-only",)})

    assert codes(pair) == ["request-not-met"]


def test_a_supporter_who_meets_the_request_may_be_asked() -> None:
    pair = a_pair(referral={"requested": ("women-only",)}, supporter={"meets": ("women-only", "same-faith")})

    assert codes(pair) == []


def test_they_share_a_language() -> None:
    assert codes(a_pair(referral={"language": "gd"})) == ["language-not-shared"]


def test_who_asked_for_an_interpreter_needs_no_language_in_common() -> None:
    assert codes(a_pair(referral={"language": "gd", "interpreter": "gd"})) == []


def test_they_need_not_share_the_first_language() -> None:
    assert codes(a_pair(referral={"language": "gd"}, supporter={"languages": ("en", "gd")})) == []


def test_in_person_only_the_districts_that_are_served_count() -> None:
    assert codes(a_pair(referral={"district": "EH1", "channels": ("in-person",)})) == ["no-way-to-meet"]


def test_the_telephone_reaches_every_district() -> None:
    assert codes(a_pair(referral={"district": "EH1", "channels": ("in-person", "telephone")})) == []


def test_somebody_without_a_district_is_not_visited() -> None:
    assert codes(a_pair(referral={"district": None, "channels": ("in-person",)})) == ["no-way-to-meet"]


def test_a_channel_must_suit_the_programme_too() -> None:
    pair = a_pair(referral={"district": "EH1"}, programme={"channels": ("in-person",)})

    assert codes(pair) == ["no-way-to-meet"]


def test_a_person_who_names_no_channel_can_be_met_in_any() -> None:
    assert ways_to_meet(a_pair(referral={"channels": ()})) == ("in-person", "telephone")


def test_nobody_is_asked_twice_about_somebody_who_was_refused() -> None:
    assert codes(a_pair(said_no=True)) == ["said-no"]


def test_every_rule_that_stops_a_pair_is_named_in_order() -> None:
    pair = a_pair(supporter={"state": SupporterState.RESTING, "capacity": 0, "languages": ("cy",)})

    assert codes(pair) == ["supporter-not-active", "no-capacity", "language-not-shared"]


def test_the_first_rule_that_stops_a_pair_is_the_refusal() -> None:
    with pytest.raises(PairStopped) as refused:
        check_pair(a_pair(supporter={"state": SupporterState.RESTING, "capacity": 0}), TODAY)

    assert refused.value.code == "supporter-not-active"


def test_every_rule_tells_what_would_change_its_answer() -> None:
    rules = [rule for rule in PairStopped.__subclasses__() if rule.__module__.startswith("kith_matching.")]

    assert all(rule.advice.endswith(".") and rule.code != PairStopped.code for rule in rules)


@given(st.integers(0, 120), st.integers(1, 20))
def test_an_age_band_means_what_it_says(youngest: int, years: int) -> None:
    assert ages(f"{youngest}-{youngest + years}") == (youngest, youngest + years)


@given(st.text(max_size=12))
def test_any_text_is_read_as_some_ages(text: str) -> None:
    youngest, oldest = ages(text)

    assert youngest >= 0
    assert oldest is None or oldest >= 0


@given(st.integers(0, 400))
def test_checks_hold_from_today_for_as_long_as_they_are_valid(days: int) -> None:
    pair = a_pair(supporter={"checks_valid_until": TODAY + timedelta(days=days)})

    assert not stops(pair, TODAY)
    assert not stops(pair, TODAY + timedelta(days=days))
    assert stops(pair, TODAY + timedelta(days=days + 1))
