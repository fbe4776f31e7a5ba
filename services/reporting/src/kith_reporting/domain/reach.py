"""Whom a programme reaches, by topic, area and site, as it may be shown outside.

No list adds up to another, and none to a total: whoever said neither district nor site stands in no list. Otherwise the
lists could be set against one another, and what one of them hides would be what is left. A property test holds this:
whatever an answer hides could have been another number, and the answer the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kith_reporting.domain.suppression import fit_to_show, percent_fit_to_show

Shown = dict[str, Any]
"""One line as it may be shown: what it is about, and each count rounded or None."""


class Topic(NamedTuple):
    """What contacts and meetings of groups were about: how many, and how many people the contacts reached."""

    topic: str
    contacts: int = 0
    people_reached: int = 0
    sessions: int = 0


class Area(NamedTuple):
    """What took place in a postcode district, and how many referrals came of people who live there."""

    district: str
    contacts: int = 0
    people_reached: int = 0
    received: int = 0


class Site(NamedTuple):
    """What came to a site of the programme, and what took place there.

    ``sessions`` are those that happened, a meeting of a group once, at which somebody was who was referred there.
    """

    site: str
    received: int = 0
    matched: int = 0
    sessions: int = 0
    contacts: int = 0
    people_reached: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """All lines of a programme, counted exactly: for nobody to see as they are."""

    topics: Sequence[Topic] = ()
    areas: Sequence[Area] = ()
    sites: Sequence[Site] = ()


@dataclass(frozen=True, slots=True)
class ShownReach:
    """All lines of a programme as they may be shown, each list in order of what it is about."""

    topics: list[Shown] = field(default_factory=list)
    areas: list[Shown] = field(default_factory=list)
    sites: list[Shown] = field(default_factory=list)


def shown(reach: Reach, *, sites: Iterable[str] = (), population: Mapping[str, int] | None = None) -> ShownReach:
    """What may be shown of it. ``sites`` of the programme and districts of ``population`` stand there with 0 too."""
    people = population or {}
    areas = {**{district: Area(district) for district in people}, **{one.district: one for one in reach.areas}}
    places = {**{site: Site(site) for site in sites}, **{one.site: one for one in reach.sites}}
    return ShownReach(
        topics=[_fit(one) for one in sorted(reach.topics)],
        areas=[_of_area(one, people.get(one.district)) for one in sorted(areas.values())],
        sites=[_fit(one) for one in sorted(places.values())],
    )


def _of_area(area: Area, people: int | None) -> Shown:
    if people is None:
        return _fit(area) | {"population": None, "percent_reached": None}
    share = percent_fit_to_show(area.people_reached, people)
    return _fit(area) | {"population": fit_to_show(people), "percent_reached": share}


def _fit(line: Topic | Area | Site) -> Shown:
    return {name: fit_to_show(value) if isinstance(value, int) else value for name, value in line._asdict().items()}
