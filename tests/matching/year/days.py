"""The days of the year, by counting civil days: no rule of the service is asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from kith_contracts.programmes.terms import ProgrammeTerms
from tests.matching.builders import DAY

MISSED_AFTER, MISSED_LATER, QUIET_AFTER, REVIEW_WEEKS, SUPERVISION_WEEKS, LENGTH_WEEKS = 7, 28, 14, 6, 4, 30
NOTICE: Final = 14 * DAY
_BOTH: Final = {
    "definition_version": 1,
    "knowing_each_other": "expected",
    "components": ("helps-or-not",),
    "review_weeks": REVIEW_WEEKS,
    "length_weeks": LENGTH_WEEKS,
    "extensions": 1,
}
VISITING: Final = ProgrammeTerms(**_BOTH, missed_after_days=MISSED_AFTER, supervision_weeks=SUPERVISION_WEEKS)
"""A programme of home visits, in which a week without one is noticed."""
SELDOM: Final = VISITING.model_copy(update={"missed_after_days": MISSED_LATER})
"""The same where people see each other less: two weeks without any contact are noticed before a session is missed."""
QUIET: Final = ProgrammeTerms(**_BOTH)
"""A programme that does not say how long without a session is too long."""

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
MADE_FROM: Final = date(2025, 12, 25)
SUMMER: Final = (date(2026, 3, 29), date(2026, 10, 24))
"""The first and the last day whose evening is in summer time."""
DOWN: Final = tuple(date(2026, 7, day) for day in (14, 15, 16))
"""Days on which no timer ran, and nobody could log anything."""
TICKS: Final = (time(0, 30), time(22, 30), time(23, 30))
"""When it is looked for what is due, in UTC: in summer 23:30 is the next civil day, and 22:30 is not yet."""
BANK_HOLIDAYS: Final = {
    "england": ((4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
    "scotland": ((1, 2), (4, 3), (5, 4), (5, 25), (8, 3), (11, 30), (12, 25), (12, 28)),
    "wales": ((4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
    "northern-ireland": ((3, 17), (4, 3), (4, 6), (5, 4), (5, 25), (7, 13), (8, 31), (12, 25), (12, 28)),
}
"""None of them moves a day: a week without a visit that ends on one is noticed on it, in each nation."""


def at(day: date, hour: time) -> datetime:
    """A time of a day in UTC."""
    return datetime.combine(day, hour, UTC)


def starts_at(day: date, hour: int) -> datetime:
    """An hour of a day by the clock on the wall."""
    summer = SUMMER[0] <= day <= SUMMER[1]
    return at(day, time(hour)) - timedelta(hours=1 if summer else 0)


def up(day: date) -> date:
    """The day, or the first after it on which Kith ran."""
    return DOWN[-1] + DAY if day in DOWN else day


def ticks() -> Iterator[datetime]:
    """When it was looked for what is due, through the year."""
    for day in (FIRST + n * DAY for n in range(365)):
        for hour in TICKS:
            civil = day + DAY if hour == TICKS[-1] and SUMMER[0] <= day <= SUMMER[1] else day
            if civil not in DOWN and civil <= LAST:
                yield at(day, hour)


def next_tick(instant: datetime) -> datetime:
    """The first after something that happened before the evening."""
    return at(instant.date(), TICKS[1])


def first_tick(day: date) -> datetime:
    """The first of a civil day: half an hour after midnight on the wall, or the first after days without."""
    day = up(day)
    summer = SUMMER[0] < day <= SUMMER[1] + DAY
    return at(day - DAY, TICKS[-1]) if summer else at(day, TICKS[0])
