"""A year of a programme of home visits with a clock that is passed in: all that falls due is told once, on its day.

The days on which it should be are reckoned here by themselves, by counting civil days: no rule of the service is asked.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id, new_pseudonym
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.helping import Moment, Says, take
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.terms import Terms
from kith_matching.store import supervision
from kith_matching.store.matches import list_running_for_update
from kith_matching.tables import helpings, matches, proposals, sessions, supervisions, visits
from kith_matching.usecases import falling_due
from kith_matching.usecases.path import move_supporter
from kith_matching.usecases.supporting import put_supporter
from tests.builders import a_referral_created, a_referral_decided
from tests.conftest import DatabaseOf
from tests.matching.builders import DAY
from tests.matching.stage import Stage

SEED: Final = 2026
MATCHES, SELDOM = 200, 60
"""How many see each other weekly, and how many in a programme whose definition leaves them more time."""
MISSED_AFTER, REVIEW_WEEKS, SUPERVISION_WEEKS, LENGTH_WEEKS = 7, 6, 4, 30
MISSED_LATER, QUIET = 28, 14
TERMS: Final = ProgrammeTerms(
    definition_version=1,
    knowing_each_other="expected",
    components=("helps-or-not",),
    missed_after_days=MISSED_AFTER,
    review_weeks=REVIEW_WEEKS,
    supervision_weeks=SUPERVISION_WEEKS,
    length_weeks=LENGTH_WEEKS,
)
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

FOUND: Final = {"not-there": "cancelled_at", "not-back": "checked_out_at"}
"""How it ends with somebody who was looked for."""
REVIEWED: Final = (
    sa.update(matches).where(matches.c.id == sa.bindparam("match_id")).values(review_on=sa.bindparam("review"))
)

Told = tuple[str, UUID, date, datetime]


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, UTC)


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


def first_tick(day: date) -> datetime:
    """The first of a civil day: half an hour after midnight on the wall, or the first after days without."""
    day = up(day)
    summer = SUMMER[0] < day <= SUMMER[1] + DAY
    return at(day - DAY, TICKS[-1]) if summer else at(day, TICKS[0])


def next_tick(instant: datetime) -> datetime:
    """The first after something that happened before the evening."""
    return at(instant.date(), TICKS[1])


@dataclass
class Pair:
    """Two who are matched, and what becomes of it by a plan that was drawn beforehand. All days are civil days."""

    referral: ReferralCreated
    chance: random.Random
    supporter_id: UUID = field(default_factory=new_pseudonym)
    id: UUID = field(default_factory=new_id)
    missed_after: int = MISSED_AFTER
    apart: tuple[int, int] = (5, 9)
    made_on: date = FIRST
    ended_on: date = LAST + DAY
    happened: list[date] = field(default_factory=list)
    planned: list[tuple[date, int, str]] = field(default_factory=list)
    reviews: list[tuple[date, date]] = field(default_factory=list)
    supervised: list[date] = field(default_factory=list)
    rest: tuple[date, date] | None = None

    def draw(self) -> "Pair":
        """Draw the plan."""
        roll = self.chance
        self.made_on = MADE_FROM + roll.randrange(120) * DAY
        ends = roll.random()
        if ends < 0.7:
            self.ended_on = up(self.planned_until + roll.randrange(10) * DAY)
        elif ends < 0.85:
            self.ended_on = up(self.made_on + roll.randrange(30, 150) * DAY)
        day = self.made_on
        while (day := day + roll.randint(*self.apart) * DAY) < min(self.ended_on, LAST + DAY):
            if day in DOWN:
                continue
            went = roll.choices(("well", "cancelled", "not-there", "not-back"), (80, 12, 4, 4))[0]
            self.planned.append((day, roll.randint(9, 17), went))
            self.happened += [day] if went in {"well", "not-back"} else []
        review_on = self.review_first_on
        while review_on <= min(self.ended_on, LAST):
            asked_on = up(review_on + roll.choice((0, 0, 0, 1, 3, 10, 30)) * DAY)
            self.reviews.append((review_on, asked_on))
            review_on = asked_on + REVIEW_WEEKS * 7 * DAY
        if roll.random() < 0.4:
            begins = up(self.made_on + roll.randrange(40, 90) * DAY)
            self.rest = (begins, up(begins + 30 * DAY))
        since = self.made_on
        while (on := up(since + (SUPERVISION_WEEKS * 7 + roll.randint(-5, 6)) * DAY)) <= LAST:
            since = on
            if self.rest and self.rest[0] <= on < self.rest[1]:
                continue
            self.supervised.append(on)
        return self

    @property
    def review_first_on(self) -> date:
        return self.made_on + REVIEW_WEEKS * 7 * DAY

    @property
    def planned_until(self) -> date:
        return self.made_on + LENGTH_WEEKS * 7 * DAY

    def expected(self) -> Iterator[Told]:
        """All that is to be told of the two, and when: the first time after it is due at which somebody looks.

        Whatever else may fall due is drawn above, done in ``Year`` and reckoned here.
        """
        last = min(self.ended_on, LAST)
        yield from self._silences()
        for review_on, _ in self.reviews:
            yield "review", self.id, review_on, first_tick(review_on)
        if len(self.happened) > 1 and self.happened[1] < self.review_first_on:
            yield "ask-whether-it-helps", self.id, self.happened[1], at(self.happened[1], time(22, 30))
        for kind, day in (("prepare-ending", self.planned_until - 14 * DAY), ("see-to-ending", self.planned_until)):
            if day <= last:
                yield kind, self.id, day, first_tick(day)
        for day, hour, went in self.planned:
            if went in FOUND:
                minutes = 30 if went == "not-there" else 75
                overdue = starts_at(day, hour) + timedelta(minutes=minutes)
                looked = next(at(day, tick) for tick in TICKS if at(day, tick) >= overdue)
                yield "look-for-visitor", self.supporter_id, day, looked
        if self.rest and self.rest[0] < self.ended_on and self.rest[0] <= LAST:
            yield "arrange-cover", self.id, self.rest[0], at(self.rest[0], time(22, 30))
        yield from self._unsupervised()

    @property
    def answers(self) -> Iterator[tuple[date, Moment]]:
        """When the person says whether it helps."""
        if len(self.happened) > 1 and self.happened[1] + 2 * DAY < min(self.review_first_on, self.ended_on):
            yield up(self.happened[1] + 2 * DAY), Moment.SECOND_SESSION
        yield from ((asked_on, Moment.REVIEW) for _, asked_on in self.reviews if asked_on < self.ended_on)

    def _silences(self) -> Iterator[Told]:
        """A session that is missed, or no contact for two weeks: whichever is the earlier, and not both."""
        ends = at(self.ended_on, time(13)) if self.ended_on <= LAST else at(LAST + DAY, time(0))
        contacts = [(at(self.made_on, time(11)), True), *((at(day, time(19)), True) for day in self.happened)]
        contacts += [(at(day, time(12)), False) for day, _ in self.answers]
        session_on = self.made_on
        told = set()
        for (instant, met), (again, _) in pairwise([*sorted(contacts), (ends, False)]):
            contact_on = instant.date()
            session_on = contact_on if met else session_on
            kind, days, every = "hold-session", session_on + (self.missed_after + 1) * DAY, self.missed_after
            if contact_on + (QUIET + 1) * DAY < days:
                kind, days, every = "get-in-touch", contact_on + (QUIET + 1) * DAY, QUIET
            days += max(0, (contact_on - days).days // every * every) * DAY
            while (looked := max(first_tick(days), next_tick(instant))) < again:
                if (kind, days) not in told:
                    yield kind, self.id, days, looked
                told.add((kind, days))
                days += every * DAY

    def _unsupervised(self) -> Iterator[Told]:
        begins = {self.made_on, *self.supervised, *((self.rest[1],) if self.rest else ())}
        ends = {*self.supervised, *(self.rest or ()), LAST}
        for since in begins:
            overdue = since + (SUPERVISION_WEEKS * 7 + 1) * DAY
            if overdue <= min(day for day in ends if day > since or day == LAST):
                yield "supervise", self.supporter_id, overdue, first_tick(overdue)


def starts_at(day: date, hour: int) -> datetime:
    """A time of day by the clock on the wall."""
    summer = SUMMER[0] <= day <= SUMMER[1]
    return at(day, time(hour)) - timedelta(hours=1 if summer else 0)


Doing = list[tuple[Pair, Any]]
"""What is done at a moment, of one kind, by whom."""


class Year:
    """What happens, day by day, kept as the service keeps it, many in a statement; and who looks what is due."""

    def __init__(self, stage: Stage, pairs: list[Pair]) -> None:
        self.stage = stage
        self.does: dict[datetime, dict[Any, Doing]] = defaultdict(lambda: defaultdict(list))
        for pair in pairs:
            self._plan(pair)

    def _plan(self, pair: Pair) -> None:
        def then(day: date, hour: int, do: Any, what: Any = None) -> None:
            self.does[at(day, time(hour))][do].append((pair, what))

        then(pair.made_on, 11, self._match)
        for day, hour, went in pair.planned:
            then(day, 7, self._visit, (starts_at(day, hour), went))
            then(day, 19, self._meet, "happened" if day in pair.happened else "cancelled")
            if went in FOUND:
                then(day, 23, self._find, (starts_at(day, hour), FOUND[went]))
        for asked_on, moment in pair.answers:
            then(asked_on, 12, self._ask, moment)
        for day in pair.supervised:
            then(day, 12, self._supervise)
        for day, state in zip(pair.rest or (), (SupporterState.RESTING, SupporterState.ACTIVE), strict=False):
            then(day, 6, self._rest, state)
        then(pair.ended_on, 13, self._end)

    def _of(self, pair: Pair) -> dict[str, Any]:
        of = {"referral_id": pair.referral.referral_id, "supporter_id": pair.supporter_id}
        ids = {"programme_id": pair.referral.programme_id, "organisation_id": self.stage.organisation_id}
        return {"id": new_id(), "version": 1, **of, **ids}

    async def _match(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, _ in doing:
            supporter = self.stage.somebody(id=pair.supporter_id, programme_ids=(pair.referral.programme_id,))
            await put_supporter(tx, supporter, expected_version=None, now=now)
            agreed = {"score": 0, "parts": [], "state": "agreed", "got_to_know": True}
            proposal = self._of(pair) | agreed | dict.fromkeys(("proposed_at", "answer_by", "ended_at"), now)
            await tx.execute(sa.insert(proposals), proposal)
            match = self._of(pair) | {"id": pair.id, "proposal_id": proposal["id"], "definition_version": 1}
            days = {"made_on": pair.made_on, "review_on": pair.review_first_on}
            await tx.execute(sa.insert(matches), match | days)

    async def _visit(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        rows = [
            self._of(pair)
            | {
                "match_id": pair.id,
                "starts_at": begins,
                "ends_at": begins + timedelta(hours=1),
                "checked_in_at": begins if went in {"well", "not-back"} else None,
                "checked_out_at": begins + timedelta(hours=1) if went == "well" else None,
                "cancelled_at": now if went == "cancelled" else None,
            }
            for pair, (begins, went) in doing
        ]
        await tx.execute(sa.insert(visits), rows)

    async def _find(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, (begins, found) in doing:
            this = sa.update(visits).where(visits.c.match_id == pair.id, visits.c.starts_at == begins)
            await tx.execute(this.values({found: now}))

    async def _meet(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        usual = {"channel": "in-person", "topics": [], "attended_referral_ids": [], "limits_explained": True}
        rows = [
            self._of(pair)
            | usual
            | {"match_id": pair.id, "held_on": now.date(), "outcome": outcome, "minutes": 60 * (outcome == "happened")}
            | {"supporter_ids": [pair.supporter_id]}
            for pair, outcome in doing
        ]
        await tx.execute(
            sa.insert(sessions), [{name: row[name] for name in row if name != "supporter_id"} for row in rows]
        )

    async def _ask(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        terms, day = Terms(review_weeks=REVIEW_WEEKS), now.date()
        running = await list_running_for_update(tx, [pair.referral.referral_id for pair, _ in doing])
        moments = {pair.id: moment for pair, moment in doing}
        taken = [
            take(one, terms, Says.HELPING, moments[one.id], asked_on=day, today=day, helping_id=new_id())
            for one in running
        ]
        await tx.execute(sa.insert(helpings), [asdict(said) for said, _ in taken])
        await tx.execute(REVIEWED, [{"match_id": after.id, "review": after.review_on} for _, after in taken])

    async def _supervise(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        held = {"kind": "one-to-one", "held_on": now.date(), "minutes": 60, "supervisor": "s-1", "prompts": []}
        of = {"organisation_id": self.stage.organisation_id}
        rows = [{"id": new_id(), "meeting_id": new_id(), "supporter_id": one.supporter_id} | of for one, _ in doing]
        await tx.execute(sa.insert(supervisions), [row | held for row in rows])
        await supervision.keep_rhythms(tx, now.date(), [pair.supporter_id for pair, _ in doing])

    async def _rest(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        for pair, state in doing:
            await move_supporter(tx, pair.supporter_id, state, on=now.date(), destination=None, now=now)
        await supervision.keep_rhythms(tx, now.date(), [pair.supporter_id for pair, _ in doing])

    async def _end(self, tx: AsyncConnection, now: datetime, doing: Doing) -> None:
        these = sa.update(matches).where(matches.c.id.in_([pair.id for pair, _ in doing]))
        await tx.execute(these.values(ending="planned", ended_on=now.date()))

    async def pass_by(self) -> None:
        """Let the year pass. Some who look are killed before the end, and some look twice."""
        looks = set(ticks())
        for number, moment in enumerate(sorted(looks | set(self.does))):
            if moment in self.does and moment.date() <= LAST:
                async with self.stage.database.network_transaction() as tx:
                    for do, doing in self.does[moment].items():
                        await do(tx, moment, doing)
            if moment in looks:
                if number % 50 == 0:
                    with pytest.raises(ConnectionResetError):
                        await self._look(moment, killed=True)
                for _ in range(1 + (number % 20 == 0)):
                    await self._look(moment)

    async def _look(self, moment: datetime, *, killed: bool = False) -> None:
        async with self.stage.database.network_transaction() as tx:
            await falling_due.raise_due(tx, moment)
            if killed:
                raise ConnectionResetError

    async def told(self) -> list[Told]:
        """What fell due, and when it was told."""
        told = sa.text("select payload, occurred_at from outbox where type = 'kith.work-fell-due.v1'")
        async with self.stage.database.network_transaction() as tx:
            rows = (await tx.execute(told)).all()
        facts = [(WorkFellDue.model_validate_json(row.payload), row.occurred_at) for row in rows]
        return [(fact.kind, fact.about_id, fact.due_on, moment) for fact, moment in facts]


async def test_in_a_year_of_260_matches_all_that_falls_due_is_told_once_on_the_right_day(
    database_of: DatabaseOf,
) -> None:
    stage, chance = Stage(await database_of("matching")), random.Random(SEED)
    weekly = await stage.a_programme(terms=TERMS)
    seldom = await stage.a_programme(terms=TERMS.model_copy(update={"missed_after_days": MISSED_LATER}))
    people = [a_referral_created(weekly) for _ in range(MATCHES)]
    others = [a_referral_created(seldom) for _ in range(SELDOM)]
    await stage.hear(*people, *others, *(a_referral_decided(one) for one in (*people, *others)))
    pairs = [Pair(one, chance).draw() for one in people]
    pairs += [Pair(one, chance, missed_after=MISSED_LATER, apart=(5, 26)).draw() for one in others]
    year = Year(stage, pairs)

    await year.pass_by()

    told, expected = Counter(await year.told()), Counter(one for pair in pairs for one in pair.expected())
    assert (told - expected, expected - told) == (Counter(), Counter())
    kinds = Counter(kind for kind, *_ in told)
    assert min(kinds.values()) > 50, kinds
    assert max(told.values()) == 1
    missed_on = {day for kind, _, day, _ in told if kind == "hold-session"}
    for nation, holidays in BANK_HOLIDAYS.items():
        assert {date(2026, *day) for day in holidays} <= missed_on, nation
    for change in (date(2026, 3, 29), date(2026, 10, 25)):
        assert {change - DAY, change, change + DAY} <= missed_on
