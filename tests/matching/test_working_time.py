"""Working time passes while people work: on working days of their nation, from when they open to when they close."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.domain.working_time import USUAL, Hours, Nation, working_day_after, working_time_after

LONDON = ZoneInfo("Europe/London")
FOUR = timedelta(hours=4)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(hours=60))
HOURS = st.builds(Hours, st.sampled_from(Nation), st.times(time(6), time(11)), st.times(time(12), time(22)))


def at(text: str) -> datetime:
    """A local time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("said", "decided"),
    [
        ("2026-11-11T10:00", "2026-11-11T14:00"),
        ("2026-11-11T15:30", "2026-11-12T11:30"),
        ("2026-11-11T13:00", "2026-11-11T17:00"),
        ("2026-11-11T23:15", "2026-11-12T13:00"),
        ("2026-11-11T06:00", "2026-11-11T13:00"),
        ("2026-11-13T16:00", "2026-11-16T12:00"),  # Friday to Monday
        ("2026-11-14T03:00", "2026-11-16T13:00"),  # Saturday
        ("2026-03-27T16:00", "2026-03-30T12:00"),  # over the change to summer time
        ("2026-10-23T16:00", "2026-10-26T12:00"),  # and from it
        ("2026-12-24T16:00", "2026-12-29T12:00"),  # Christmas, the weekend, and Boxing Day on Monday
    ],
)
def test_four_hours_of_work_are_four_hours_when_people_are_there(said: str, decided: str) -> None:
    assert working_time_after(at(said), FOUR, USUAL) == at(decided)


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 1, 2), {Nation.SCOTLAND}),
        (date(2026, 3, 17), {Nation.NORTHERN_IRELAND}),
        (date(2026, 4, 6), {Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND}),
        (date(2026, 5, 4), set(Nation)),
        (date(2026, 7, 13), {Nation.NORTHERN_IRELAND}),
        (date(2026, 8, 3), {Nation.SCOTLAND}),
        (date(2026, 8, 31), {Nation.ENGLAND, Nation.WALES, Nation.NORTHERN_IRELAND}),
        (date(2026, 11, 30), {Nation.SCOTLAND}),
        (date(2026, 12, 25), set(Nation)),
    ],
)
def test_each_nation_has_its_own_bank_holidays(day: date, closed: set[Nation]) -> None:
    assert {nation for nation in Nation if not Hours(nation).works_on(day)} == closed


@given(moment=MOMENTS, length=LENGTHS, hours=HOURS)
def test_it_ends_while_people_work_and_never_before_that_much_time_has_passed(
    moment: datetime, length: timedelta, hours: Hours
) -> None:
    ends = working_time_after(moment, length, hours)

    local = ends.astimezone(LONDON)
    assert hours.works_on(local.date())
    assert hours.opens_at <= local.time() <= hours.closes_at
    assert ends - moment >= length


@given(moment=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=10)), length=LENGTHS, hours=HOURS)
def test_who_comes_later_never_has_less_time(
    moment: datetime, later: timedelta, length: timedelta, hours: Hours
) -> None:
    assert working_time_after(moment, length, hours) <= working_time_after(moment + later, length, hours)


@given(moment=MOMENTS, first=LENGTHS, second=LENGTHS, hours=HOURS)
def test_time_adds_up(moment: datetime, first: timedelta, second: timedelta, hours: Hours) -> None:
    between = working_time_after(moment, first, hours)

    assert working_time_after(between, second, hours) == working_time_after(moment, first + second, hours)


def test_working_days_are_counted_from_the_day_after() -> None:
    assert working_day_after(date(2026, 12, 24), 1, USUAL) == date(2026, 12, 29)
    assert working_day_after(date(2026, 11, 27), 3, Hours(Nation.SCOTLAND)) == date(2026, 12, 3)
    assert working_day_after(date(2026, 11, 27), 3, USUAL) == date(2026, 12, 2)
