"""A year of groups with a clock that is passed in: all that falls due of them is told once, on its day.

As in ``test_a_year`` the days on which it should be are reckoned here by themselves, by counting civil days.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from kith_matching.domain.helping import Moment, Says
from kith_matching.domain.places import Place
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY
from tests.matching.gathering import MISSED_AFTER, REVIEW_WEEKS, Gathering, a_gathering
from tests.matching.stage import Stage
from tests.matching.year.days import DOWN, FIRST, LAST, at, first_tick, ticks, up

SEED: Final = 1843
GROUPS, PEOPLE = 8, 7
NEVER: Final = LAST + 30 * DAY
EVENING: Final = time(22, 30)
"""When it is looked first after a meeting was logged."""

Told = tuple[str, UUID, date, datetime]


@dataclass
class Member:
    """Somebody with a place in a group, and what becomes of it by a plan that was drawn beforehand."""

    id: UUID
    chance: random.Random
    joined_on: date = FIRST
    left_on: date = NEVER
    there: list[date] = field(default_factory=list)
    asked_on: date | None = None
    reviews: list[tuple[date, datetime, date]] = field(default_factory=list)
    place: Place | None = None

    def draw(self, meetings: list[date]) -> "Member":
        """Draw the plan: they come mostly, are away for a while now and then, and some leave."""
        roll = self.chance
        self.joined_on = up(FIRST + roll.randrange(60) * DAY)
        if roll.random() < 0.3:
            self.left_on = up(self.joined_on + roll.randrange(60, 280) * DAY)
        away = sorted(roll.sample(range(360), 4))
        gone = [(FIRST + one * DAY, FIRST + (one + roll.randrange(10, 70)) * DAY) for one in away]
        self.there = [
            day
            for day in meetings
            if self.joined_on <= day < self.left_on
            and roll.random() < 0.9
            and not any(begin <= day <= end for begin, end in gone)
        ]
        if len(self.there) > 1 and roll.random() < 0.8:
            self.asked_on = up(self.there[1] + 2 * DAY)
            if self.asked_on >= self.left_on:
                self.asked_on = None
        self._draw_reviews()
        return self

    @property
    def stops(self) -> datetime:
        """When nothing is told of them any more."""
        return at(self.left_on, time(13)) if self.left_on <= LAST else at(LAST + DAY, time(0))

    def _draw_reviews(self) -> None:
        if not self.there:
            return
        base = self.there[0]
        while since := next((day for day in self.there if day > base), None):
            review_on = base + REVIEW_WEEKS * 7 * DAY
            looked = max(first_tick(review_on), at(since, EVENING))
            asked_on = up(max(review_on, since) + self.chance.choice((1, 2, 9, 40)) * DAY)
            if looked > self.stops:
                break
            self.reviews.append((review_on, looked, asked_on))
            base = asked_on

    def expected(self, meetings: list[date]) -> Iterator[Told]:
        """All that is to be told of them, and when."""
        for review_on, looked, _ in self.reviews:
            yield "review", self.id, review_on, looked
        if len(self.there) > 1 and self.there[1] < self.there[0] + REVIEW_WEEKS * 7 * DAY:
            yield "ask-whether-it-helps", self.id, self.there[1], at(self.there[1], EVENING)
        answers = [day for _, _, day in self.reviews] + [self.asked_on] * (self.asked_on is not None)
        seen = [(self.joined_on, at(self.joined_on, time(11)))]
        seen += [(day, at(day, time(19))) for day in self.there]
        seen += [(day, at(day, time(12))) for day in answers if day and day < self.left_on and day <= LAST]
        for (since, _), (_, again) in pairwise([*sorted(seen), (NEVER, self.stops)]):
            without = next((day for day in meetings if day > since), None)
            if without is None:
                continue
            due_on = max(since + (MISSED_AFTER + 1) * DAY, without)
            looked = max(first_tick(due_on), at(without, EVENING))
            if looked < min(again, self.stops):
                yield "get-in-touch", self.id, due_on, looked


def meetings_of(chance: random.Random) -> list[date]:
    """Weekly, some left out, and now and then none for a month or two."""
    found, day = [], FIRST
    while (day := day + 7 * DAY) <= LAST:
        if chance.random() < 0.06:
            day += chance.randrange(14, 60) * DAY
        elif chance.random() < 0.9 and day not in DOWN:
            found.append(day)
    return [day for day in found if day <= LAST]


def stale(group_id: UUID, meetings: list[date]) -> Iterator[Told]:
    """When it is told of a group that it does not meet."""
    for since, again in pairwise([FIRST, *meetings, NEVER]):
        due_on = since + (MISSED_AFTER + 1) * DAY
        looked = first_tick(due_on)
        if due_on <= LAST and looked < at(again, time(19)):
            yield "see-to-group", group_id, due_on, looked


async def come(group: Gathering, who: Member) -> None:
    """They take their place."""
    who.place = await group.joins(who.id, who.joined_on)


async def leave(group: Gathering, who: Member) -> None:
    """They give it up."""
    assert who.place is not None
    await group.leaves(who.place, who.left_on)


Deed = tuple[Callable[..., Any], tuple[Any, ...]]


def deeds_of(group: Gathering, meetings: list[date], members: list[Member]) -> Iterator[tuple[datetime, Deed]]:
    """What happens in a group, and when."""
    for day in meetings:
        there = [who.id for who in members if day in who.there]
        yield at(day, time(19)), (group.meets, (day, *there))
    for who in members:
        yield at(who.joined_on, time(11)), (come, (group, who))
        days = [(day, Moment.REVIEW) for _, _, day in who.reviews]
        days += [(who.asked_on, Moment.SECOND_SESSION)] if who.asked_on else []
        for day, moment in days:
            if day < who.left_on:
                yield at(day, time(12)), (group.says, (who.id, day, Says.HELPING, moment))
        yield at(who.left_on, time(13)), (leave, (group, who))


async def test_in_a_year_of_groups_all_that_falls_due_is_told_once_on_the_right_day(database_of: DatabaseOf) -> None:
    stage, chance = Stage(await database_of("matching")), random.Random(SEED)
    first = await a_gathering(stage)
    does: dict[datetime, list[Deed]] = defaultdict(list)
    expected: list[Told] = []

    for _ in range(GROUPS):
        group = Gathering(stage, first.programme, first.facilitator)
        await group.plan(starts_on=FIRST)
        meetings = meetings_of(chance)
        members = [Member(await group.somebody(), chance).draw(meetings) for _ in range(PEOPLE)]
        expected += [*stale(group.group_id, meetings), *(one for who in members for one in who.expected(meetings))]
        for moment, deed in deeds_of(group, meetings, members):
            does[moment].append(deed)
    looks = set(ticks())
    for number, moment in enumerate(sorted(looks | {one for one in does if one.date() <= LAST})):
        for do, asked in does.get(moment, ()):
            await do(*asked)
        for _ in range((moment in looks) * (1 + (number % 20 == 0))):
            await stage.raise_due(moment)

    told = Counter((*what, moment) for what, moment in await first.told())
    assert (told - Counter(expected), Counter(expected) - told) == (Counter(), Counter())
    kinds = Counter(kind for kind, *_ in told)
    assert kinds.keys() == {"review", "ask-whether-it-helps", "get-in-touch", "see-to-group"}
    assert min(kinds.values()) > 10, kinds
    assert max(told.values()) == 1
    for change in (date(2026, 3, 29), date(2026, 10, 25)):
        near = {change + timedelta(days=n) for n in range(-4, 5)}
        assert near & {day for _, _, day, _ in told}
