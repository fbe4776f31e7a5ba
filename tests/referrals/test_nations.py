"""Working days, as people in each nation have them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.nations import Nation, civil, is_working_day, working_day_after, working_days_between

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
NATIONS = st.sampled_from(Nation)
COUNTS = st.integers(0, 15)


@given(day=DAYS, count=COUNTS, nation=NATIONS)
def test_nothing_falls_due_at_a_weekend_or_on_a_bank_holiday(day: date, count: int, nation: Nation) -> None:
    due = working_day_after(day, count, nation)

    assert is_working_day(due, nation)
    assert due.weekday() < 5


@given(day=DAYS, later=st.integers(0, 40), count=COUNTS, nation=NATIONS)
def test_who_begins_later_is_never_due_earlier(day: date, later: int, count: int, nation: Nation) -> None:
    assert working_day_after(day, count, nation) <= working_day_after(day + timedelta(days=later), count, nation)


@given(day=DAYS, count=COUNTS, nation=NATIONS)
def test_so_many_working_days_come_after_the_day(day: date, count: int, nation: Nation) -> None:
    due = working_day_after(day, count, nation)

    assert working_days_between(day, due, nation) == count or (count == 0 and not is_working_day(day, nation))


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 1, 1), set(Nation)),
        (date(2026, 1, 2), {Nation.SCOTLAND}),
        (date(2026, 3, 17), {Nation.NORTHERN_IRELAND}),
        (date(2026, 4, 3), set(Nation)),
        (date(2026, 4, 6), {Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND}),
        (date(2026, 7, 13), {Nation.NORTHERN_IRELAND}),
        (date(2026, 8, 3), {Nation.SCOTLAND}),
        (date(2026, 8, 31), {Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND}),
        (date(2026, 11, 30), {Nation.SCOTLAND}),
        (date(2026, 12, 28), set(Nation)),
        (date(2026, 12, 29), set()),
    ],
)
def test_bank_holidays_are_those_of_the_nation(day: date, off: set[Nation]) -> None:
    """As gov.uk/bank-holidays has them, and for 2 January, St Patrick's and St Andrew's Day."""
    assert {nation for nation in Nation if not is_working_day(day, nation)} == off


def test_two_working_days_over_st_andrews_day_are_a_day_longer_in_scotland() -> None:
    friday = date(2026, 11, 27)

    assert working_day_after(friday, 2, Nation.ENGLAND) == date(2026, 12, 1)
    assert working_day_after(friday, 2, Nation.SCOTLAND) == date(2026, 12, 2)


def test_a_summer_evening_in_utc_is_the_next_day_in_london() -> None:
    assert civil(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
