"""When people work: so many working hours after an instant, on the working days of a nation, in Europe/London."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

_LONDON: Final = ZoneInfo("Europe/London")
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class Nation(StrEnum):
    """Whose bank holidays count."""

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


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when people work on a working day (local time, Europe/London), and whose bank holidays they have."""

    nation: Nation = Nation.ENGLAND
    opens_at: time = time(9)
    closes_at: time = time(17)

    def works_on(self, day: date) -> bool:
        """Whether it is neither a weekend nor a bank holiday of the nation."""
        return day.weekday() < _SATURDAY and day not in _bank_holidays(self.nation)

    def opens_on(self, day: date) -> datetime:
        """When people come to work on that day, if they do."""
        return datetime.combine(day, self.opens_at, _LONDON)


USUAL: Final = Hours()
"""Nine to five in England, where nothing else is said [K]."""


def working_time_after(moment: datetime, length: timedelta, hours: Hours) -> datetime:
    """The instant at which that much working time has passed since ``moment``, in the zone of ``moment``.

    What begins outside working hours begins to count when people come to work. A later moment never gives an earlier
    one. The clock changes on Sunday nights, so no working day is longer or shorter for it.
    """
    local = moment.astimezone(_LONDON)
    day, left = local.date(), length
    at = local.timetz().replace(tzinfo=None)
    while True:
        if hours.works_on(day) and at < hours.closes_at:
            begins = datetime.combine(day, max(at, hours.opens_at), _LONDON)
            there = datetime.combine(day, hours.closes_at, _LONDON) - begins
            if left <= there:
                return (begins + left).astimezone(moment.tzinfo)
            left -= there
        day, at = day + _DAY, time.min


def working_day_after(day: date, count: int, hours: Hours) -> date:
    """The ``count``-th working day after ``day``."""
    while count > 0:
        day += _DAY
        count -= hours.works_on(day)
    return day


@cache
def _bank_holidays(nation: Nation) -> HolidayBase:
    return country_holidays("GB", subdiv=_SUBDIVISIONS[nation])
