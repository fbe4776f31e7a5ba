"""The four nations: whose law it is, and on which days people there work."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

_LONDON: Final = ZoneInfo("Europe/London")
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class Nation(StrEnum):
    """Whose law it is."""

    ENGLAND = "england"
    NORTHERN_IRELAND = "northern-ireland"
    SCOTLAND = "scotland"
    WALES = "wales"


_SUBDIVISIONS: Final = {
    Nation.ENGLAND: "ENG",
    Nation.NORTHERN_IRELAND: "NIR",
    Nation.SCOTLAND: "SCT",
    Nation.WALES: "WLS",
}


def civil(moment: datetime) -> date:
    """The day that an instant (UTC) lies in, in Europe/London."""
    return moment.astimezone(_LONDON).date()


def is_working_day(day: date, nation: Nation) -> bool:
    """Whether people work on the day: neither at a weekend nor on a bank holiday of the nation."""
    return day.weekday() < _SATURDAY and day not in _bank_holidays(nation)


@lru_cache(maxsize=1024)  # every referral that is made asks for the same two days
def working_day_after(day: date, count: int, nation: Nation) -> date:
    """The ``count``-th working day after ``day``; for 0 the day itself, or the first working day after it.

    A later day never gives an earlier one, so nobody gains time by waiting.
    """
    while count > 0 or not is_working_day(day, nation):
        day += _DAY
        count -= is_working_day(day, nation)
    return day


def working_days_between(day: date, until: date, nation: Nation) -> int:
    """How many working days come after ``day``, up to and with ``until``."""
    return sum(is_working_day(day + one * _DAY, nation) for one in range(1, (until - day).days + 1))


@cache
def _bank_holidays(nation: Nation) -> HolidayBase:
    return country_holidays("GB", subdiv=_SUBDIVISIONS[nation])
