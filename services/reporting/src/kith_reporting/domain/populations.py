"""How many there are in a programme's districts: the wholes of which its reach is a share.

Whoever keeps them says what is counted, families or people, and where the figures are from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith_reporting.domain.refusals import CountedAfterToday, DistrictTwice


@dataclass(frozen=True, slots=True)
class Figures:
    """How many there are, by postcode district; where that is from, and of which day it is (Europe/London)."""

    people: Mapping[str, int]
    source: str
    counted_on: date


@dataclass(frozen=True, slots=True)
class Populations:
    """What is kept of one programme: all its figures at once, who put them there (a token's subject) and when (UTC)."""

    programme_id: UUID
    organisation_id: UUID
    figures: Figures
    kept_at: datetime
    kept_by: str
    version: int = 1


def figures(said: Iterable[tuple[str, int]], source: str, counted_on: date, *, today: date) -> Figures:
    """The figures, one for each district. Days are those of Europe/London.

    Raises ``DistrictTwice`` and ``CountedAfterToday``.
    """
    people: dict[str, int] = {}
    for district, count in said:
        if district in people:
            raise DistrictTwice(f"{district} is named twice. Give one figure for each district.")
        people[district] = count
    if counted_on > today:
        raise CountedAfterToday
    return Figures(people, source, counted_on)
