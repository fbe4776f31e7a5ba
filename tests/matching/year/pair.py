"""Two who are matched, what becomes of it by a plan that was drawn beforehand, and what is to be told of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.helping import Moment, Says
from tests.matching.builders import DAY
from tests.matching.year.days import (
    DOWN,
    FIRST,
    LAST,
    LENGTH_WEEKS,
    MADE_FROM,
    NOTICE,
    QUIET_AFTER,
    REVIEW_WEEKS,
    SUPERVISION_WEEKS,
    TICKS,
    at,
    first_tick,
    next_tick,
    starts_at,
    up,
)

Told = tuple[str, UUID, date, datetime]
"""What fell due, about whom, on which day, and when it was told."""

UNSAID = "look-at-match"
"""As what is told that it is harder, or that a balance is to be checked: no fact says which."""
EVENING = time(22, 30)
"""When it is looked for what came up by day."""
NOON = time(12)


@dataclass
class Pair:
    """Two in a programme of visits, or in a quiet one, that has no ``missed_after``. All days are civil days."""

    referral: ReferralCreated
    chance: random.Random
    missed_after: int | None = None
    supporter_id: UUID = field(default_factory=new_pseudonym)
    id: UUID = field(default_factory=new_id)
    made_on: date = FIRST
    ended_on: date = LAST + DAY
    happened: list[date] = field(default_factory=list)
    planned: list[tuple[date, int, str]] = field(default_factory=list)
    reviews: list[tuple[date, date]] = field(default_factory=list)
    asked: list[tuple[date, Moment, Says]] = field(default_factory=list)
    extended: list[tuple[date, date]] = field(default_factory=list)
    supervised: list[date] = field(default_factory=list)
    rest: tuple[date, date] | None = None

    def draw(self) -> "Pair":
        """Draw the plan."""
        self.made_on = MADE_FROM + self.chance.randrange(120) * DAY
        self._draw_length()
        if not self.quiet:
            self._draw_care()
        self._draw_sessions()
        self._draw_answers()
        return self

    @property
    def quiet(self) -> bool:
        """Whether nobody visits, and nobody said how long without a session is too long."""
        return self.missed_after is None

    def rests(self, day: date) -> bool:
        """Whether the supporter rests, and visits nobody; on the day on which they come back they plan for the next."""
        return self.rest is not None and self.rest[0] <= day <= self.rest[1]

    def _draw_length(self) -> None:
        if self.chance.random() < 0.4:
            for _ in range(2):
                self.extended.append((up(self.planned_until - 7 * DAY), self.planned_until + 42 * DAY))
        ends = self.chance.random()
        if ends < 0.7:
            self.ended_on = up(self.planned_until + self.chance.randrange(10) * DAY)
        elif ends < 0.85 and not self.extended:
            self.ended_on = up(self.made_on + self.chance.randrange(30, 150) * DAY)

    def _draw_sessions(self) -> None:
        roll, day = self.chance, self.made_on
        apart = max(9, 34 if self.missed_after is None else self.missed_after - 2)
        while (day := day + roll.randint(5, apart) * DAY) < min(self.ended_on, LAST + DAY):
            if day in DOWN or self.rests(day):
                continue
            went = roll.choices(("well", "cancelled", "not-there", "not-back"), (80, 12, 4, 4))[0]
            self.planned.append((day, roll.randint(9, 17), went))
            self.happened += [day] if went in {"well", "not-back"} else []

    def _draw_answers(self) -> None:
        review_on = self.review_first_on
        if len(self.happened) > 1 and self.happened[1] + 2 * DAY < min(review_on, self.ended_on):
            self._asked(up(self.happened[1] + 2 * DAY), Moment.SECOND_SESSION)
        while review_on <= min(self.ended_on, LAST):
            asked_on = up(review_on + self.chance.choice((0, 0, 0, 1, 3, 10, 30)) * DAY)
            self.reviews.append((review_on, asked_on))
            self._asked(asked_on, Moment.REVIEW)
            review_on = asked_on + REVIEW_WEEKS * 7 * DAY

    def _asked(self, day: date, moment: Moment) -> None:
        said = Says.HARDER if self.chance.random() < 0.15 else Says.HELPING
        if day < self.ended_on and day <= LAST:
            self.asked.append((day, moment, said))

    def _draw_care(self) -> None:
        roll, since = self.chance, self.made_on
        if roll.random() < 0.5:
            begins = up(self.made_on + roll.randrange(40, 90) * DAY)
            self.rest = (begins, up(begins + 30 * DAY))
        while (on := up(since + (SUPERVISION_WEEKS * 7 + roll.randint(-5, 6)) * DAY)) <= LAST:
            since = on
            if self.rest and self.rest[0] <= on < self.rest[1]:
                continue
            self.supervised.append(on)

    @property
    def review_first_on(self) -> date:
        """When the first review is due."""
        return self.made_on + REVIEW_WEEKS * 7 * DAY

    @property
    def planned_until(self) -> date:
        """The day until which it is planned, after all that was extended."""
        return self.extended[-1][1] if self.extended else self.made_on + LENGTH_WEEKS * 7 * DAY

    def expected(self, *, harder_at: time = EVENING) -> Iterator[Told]:
        """All that is to be told of the two, and when: the first time after it is due at which somebody looks.

        That it is harder is told at once by whoever takes the answer, and else when somebody looks.
        Whatever else may fall due is drawn above, done in ``passing`` and reckoned here.
        """
        yield from self._silent()
        for review_on, _ in self.reviews:
            yield "review", self.id, review_on, first_tick(review_on)
        if len(self.happened) > 1 and self.happened[1] < self.review_first_on:
            yield "ask-whether-it-helps", self.id, self.happened[1], at(self.happened[1], EVENING)
        for day, _, said in self.asked:
            if said is Says.HARDER:
                yield UNSAID, self.id, day, at(day, harder_at)
        yield from self._ending()
        if self.rest and self.rest[0] < self.ended_on and self.rest[0] <= LAST:
            yield "arrange-cover", self.id, self.rest[0], at(self.rest[0], EVENING)
        if not self.quiet:
            yield from self._overdue()
            yield from self._unsupervised()

    def _silent(self) -> Iterator[Told]:
        """A session that is missed, or no contact for two weeks: whichever is the earlier, and not both."""
        ends = at(self.ended_on, time(13)) if self.ended_on <= LAST else at(LAST + DAY, time(0))
        contacts = [(at(self.made_on, time(11)), True), *((at(day, time(19)), True) for day in self.happened)]
        contacts += [(at(day, NOON), False) for day, *_ in self.asked]
        session_on, told = self.made_on, set()
        for (instant, met), (again, _) in pairwise([*sorted(contacts), (ends, False)]):
            contact_on = instant.date()
            session_on = contact_on if met else session_on
            kind, days, every = self._silence(session_on, contact_on)
            days += max(0, (contact_on - days).days // every * every) * DAY
            while (looked := max(first_tick(days), next_tick(instant))) < again:
                if (kind, days) not in told:
                    yield kind, self.id, days, looked
                told.add((kind, days))
                days += every * DAY

    def _silence(self, session_on: date, contact_on: date) -> tuple[str, date, int]:
        quiet_from = contact_on + (QUIET_AFTER + 1) * DAY
        if self.missed_after is None or (missed_from := session_on + (self.missed_after + 1) * DAY) > quiet_from:
            return "get-in-touch", quiet_from, QUIET_AFTER
        return "hold-session", missed_from, self.missed_after

    def _ending(self) -> Iterator[Told]:
        last = min(self.ended_on, LAST)
        plans = [self.made_on + LENGTH_WEEKS * 7 * DAY, *(until for _, until in self.extended)]
        for until, changed_on in zip(plans, [*(day for day, _ in self.extended), last], strict=True):
            for kind, day in (("prepare-ending", until - NOTICE), ("see-to-ending", until)):
                if day <= min(changed_on, last):
                    yield kind, self.id, day, first_tick(day)
        for day, _ in self.extended[1:]:
            yield UNSAID, self.id, day, at(day, EVENING)

    def _overdue(self) -> Iterator[Told]:
        for day, hour, went in self.planned:
            if went in {"not-there", "not-back"}:
                minutes = 30 if went == "not-there" else 75
                overdue = starts_at(day, hour) + timedelta(minutes=minutes)
                looked = next(at(day, tick) for tick in TICKS if at(day, tick) >= overdue)
                yield "look-for-visitor", self.supporter_id, day, looked

    def _unsupervised(self) -> Iterator[Told]:
        begins = {self.made_on, *self.supervised, *((self.rest[1],) if self.rest else ())}
        ends = {*self.supervised, *(self.rest or ()), LAST}
        for since in begins:
            overdue = since + (SUPERVISION_WEEKS * 7 + 1) * DAY
            if overdue <= min(day for day in ends if day > since or day == LAST):
                yield "supervise", self.supporter_id, overdue, first_tick(overdue)
