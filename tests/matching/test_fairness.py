"""What a round says of whom it served, held against examples that were counted by hand."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.fairness import OTHERS, SMALLEST, Asked, Stood, folded, gini, report, stood, waits
from tests.matching.builders import DAY, TODAY, a_programme, a_referral

HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)


def people(*waited: tuple[int, bool], **groups: str) -> list[Stood]:
    """People who waited so many days, and whether they found somebody."""
    return [Stood(days, 1, 50 if found else None, groups) for days, found in waited]


NOBODY_WAITS_ON = people((1, True), (2, True), (3, True), (4, True))
FIVE = people((2, True), (4, False), (6, True), (8, False), (10, True))
"""Left of all, after 2 days: 4/5; after 6: 4/5 of 2/3, 8/15; after 10: none."""


def test_where_everybody_found_somebody_a_wait_is_what_was_waited() -> None:
    assert waits(NOBODY_WAITS_ON, Fraction(1, 4), HALF, NINE_TENTHS) == [1, 2, 4]


def test_those_who_still_wait_make_the_wait_longer_and_are_not_left_out() -> None:
    assert waits(FIVE, Fraction(1, 5), Fraction(7, 15), HALF, NINE_TENTHS) == [2, 6, 10, 10]


def test_where_too_many_still_wait_nobody_can_say() -> None:
    assert waits(people((2, True), (9, False), (9, False)), Fraction(1, 3), HALF) == [2, None]


def test_whoever_still_waits_is_at_risk_until_the_day_on_which_others_found_somebody() -> None:
    assert waits(people((5, True), (5, False)), HALF, NINE_TENTHS) == [5, None]


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1))
def test_a_larger_share_never_waits_less_and_whoever_waits_on_never_shortens_it(all_: list[tuple[int, bool]]) -> None:
    def reckoned(of: Sequence[tuple[int, bool]]) -> list[float]:
        found = waits(people(*of), Fraction(1, 4), HALF, NINE_TENTHS)
        return [float("inf") if day is None else day for day in found]

    before, after = reckoned(all_), reckoned([*all_, (10, False)])

    assert before == sorted(before)
    assert all(longer >= shorter for longer, shorter in zip(after, before, strict=True))


@pytest.mark.parametrize(
    ("counts", "unevenly"),
    [([], 0), ([0, 0], 0), ([3, 3, 3], 0), ([0, 0, 0, 8], Fraction(3, 4)), ([1, 3], Fraction(1, 4))],
)
def test_how_unevenly_it_is_shared_out(counts: list[int], unevenly: Fraction) -> None:
    assert gini(counts) == unevenly


def test_a_small_group_is_counted_among_the_others_and_never_found_by_taking_away() -> None:
    assert folded({"a": 9, "b": 3, "c": 2}) == {"a": "a", "b": OTHERS, "c": OTHERS}
    assert folded({"a": 9, "b": 6, "c": 2}) == {"a": "a", "b": OTHERS, "c": OTHERS}
    assert folded({"a": 9, "b": 1}) == {"a": OTHERS, "b": OTHERS}
    assert folded({"a": 9, "b": 5}) == {"a": "a", "b": "b"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12), min_size=1))
def test_no_group_that_is_reported_is_smaller_than_five_but_everybody(sizes: dict[str, int]) -> None:
    names = folded(sizes)
    reported = {name: sum(size for one, size in sizes.items() if names[one] == name) for name in set(names.values())}

    assert min(reported.values()) >= min(SMALLEST, sum(sizes.values()))


def test_the_groups_of_somebody() -> None:
    programme = a_programme()
    one = a_referral(programme, language="pl", district=None, requested=("women-only",), urgent=True, age_band="25-34")
    other = a_referral(programme, received_on=TODAY + DAY)

    assert stood(one, candidates=19, fit=7, today=TODAY).groups == {
        "language": "another-language",
        "district": "no-district",
        "age": "25-34",
        "requested": "asked-for-something",
        "urgency": "urgent",
        "candidates": "few-could",
    }
    assert stood(other, candidates=20, fit=None, today=TODAY).groups["candidates"] == "many-could"
    assert stood(other, candidates=20, fit=None, today=TODAY).days == 0


def test_a_report_as_it_is_counted_by_hand() -> None:
    english = [Stood(days, days, 10 * days, {"language": "english"}) for days in (1, 2, 3, 4, 5)]
    others = [Stood(20 + days, 1, None, {"language": "another-language"}) for days in range(5)]
    asked = [Asked(taken=1, capacity=4, picks=3), Asked(0, 2, 2), Asked(0, 1, 0), Asked(2, 2, 0)]

    found = report([*english, *others], asked, declined=4)

    served, unserved = found.groups["language"][1], found.groups["language"][0]
    assert (served.name, served.people, served.matched_percent, served.waited_p50, served.waited_p90) == (
        "english",
        5,
        100,
        3,
        5,
    )
    assert (unserved.matched_percent, unserved.waited_p50, unserved.waited_longest, unserved.candidates) == (
        0,
        None,
        24,
        1,
    )
    assert found.everybody is not None
    assert (found.everybody.matched, found.everybody.waited_p50, found.everybody.candidates) == (5, 5, 1)
    assert (found.fit_p10, found.declined) == (10, 4)
    assert (found.shares.supporters, found.shares.picked, found.shares.largest_percent) == (3, 2, 60)
    assert (found.shares.gini_percent, found.shares.load_percent) == (40, 89)


def test_an_empty_round_has_nothing_to_report() -> None:
    found = report([], [], declined=0)

    assert (found.everybody, found.groups, found.fit_p10, found.shares.load_percent) == (None, {}, None, 0)
