"""A year of concerns with a frozen clock: each that nobody answers is passed on once, on the right day.

The clocks are matching's own; when they should run out is reckoned here minute by minute, from a wall clock, a calendar
and the bank holidays of four nations as they were proclaimed for 2026 (gov.uk, mygov.scot, nidirect).
"""

import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kith_chassis.clock import new_id
from kith_contracts.fact import Fact
from kith_contracts.matching import ConcernRaised
from kith_matching.domain.concern import Grounds, Raised, Whereabouts, raise_concern
from kith_matching.domain.duty_desk import DutyDesk, Level, Mailbox
from kith_matching.domain.working_time import Hours, Nation
from kith_notifications.usecases import pass_on_concerns
from tests.builders import a_concern_answered
from tests.notifications.stage import Stage

LONDON: Final = ZoneInfo("Europe/London")
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
LOOK: Final = 2 * HOUR
"""How often it is looked for what nobody answered; in a network every quarter of a minute."""
BEGINS: Final = datetime(2026, 1, 1, tzinfo=UTC)
ENDS: Final = datetime(2027, 1, 1, tzinfo=UTC)
CONCERNS: Final = 200
SATURDAY: Final = 5
BANK_HOLIDAYS: Final = {
    Nation.ENGLAND: ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
    Nation.WALES: ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
    Nation.SCOTLAND: ((1, 1), (1, 2), (4, 3), (5, 4), (5, 25), (8, 3), (11, 30), (12, 25), (12, 28)),
    Nation.NORTHERN_IRELAND: (
        *((1, 1), (3, 17), (4, 3), (4, 6), (5, 4), (5, 25), (7, 13), (8, 31), (12, 25), (12, 28)),
    ),
}
HEAVY: Final = (
    *(date(2026, 3, day) for day in (27, 28, 29)),
    *(date(2026, 10, day) for day in (23, 24, 25)),
    *(date(2026, 1, 1), date(2026, 3, 17), date(2026, 4, 6), date(2026, 7, 13), date(2026, 8, 3), date(2026, 12, 24)),
)
"""Days on which one is raised in each nation that nobody decides: at both changes of the clock, at bank holidays."""

Told = tuple[UUID, str, str, date]


@dataclass(frozen=True)
class Story:
    """One concern, and when somebody acknowledged it and decided, if they did."""

    fact: ConcernRaised
    nation: Nation
    raised_at: datetime
    acknowledged_at: datetime | None
    decided_at: datetime | None

    def facts(self) -> Iterator[tuple[datetime, Fact]]:
        """What is told of it, and when."""
        yield self.raised_at, self.fact
        for at, answer in ((self.acknowledged_at, "acknowledged"), (self.decided_at, "decided")):
            if at is not None:
                yield at, a_concern_answered(self.fact, answer)

    def expected(self) -> Iterator[Told]:
        """Whom it should be passed on to, for want of what, and on which civil day that is seen."""
        never = ENDS + 100 * HOUR
        for unanswered, due, since, until in (
            ("acknowledge", self.raised_at + HOUR, self.raised_at, self.acknowledged_at or self.decided_at or never),
            ("decide", self.must_be_decided(), self.acknowledged_at, self.decided_at or never),
        ):
            for passed_to, when in (("deputy", due), ("trustee", due + HOUR)):
                if since is not None and (look := next_look(max(when, since))) < until and look < ENDS:
                    yield self.fact.concern_id, passed_to, unanswered, look.astimezone(LONDON).date()

    def must_be_decided(self) -> datetime:
        """After four hours in which people of the nation work, counted minute by minute."""
        at, left = self.raised_at, 240
        while left:
            left -= works(at, self.nation)
            at += MINUTE
        return max(at, self.raised_at + HOUR)


def works(at: datetime, nation: Nation) -> bool:
    local = at.astimezone(LONDON)
    holiday = (local.month, local.day) in BANK_HOLIDAYS[nation]
    return local.weekday() < SATURDAY and not holiday and time(9) <= local.time() < time(17)


def next_look(at: datetime) -> datetime:
    """The first look at or after the instant."""
    return BEGINS + -(-(at - BEGINS) // LOOK) * LOOK


def a_story(chance: random.Random, number: int) -> Story:
    nation = list(Nation)[number % len(Nation)]
    if number < 4 * len(HEAVY):
        at = datetime.combine(HEAVY[number // 4], time(7, 7), UTC) + chance.randrange(20) * 15 * MINUTE
    else:
        at = BEGINS + chance.randrange(355 * 24 * 4) * 15 * MINUTE + 7 * MINUTE
    desk = DutyDesk(new_id(), new_id(), (), {Level.LEAD: Mailbox("Duty", "duty@example.org")}, Hours(nation))
    concern = raise_concern(
        Raised(Grounds.SOMETHING_ELSE),
        Whereabouts(),
        desk,
        organisation_id=desk.organisation_id,
        concern_id=new_id(),
        by=None,
        now=at,
    )
    fact = ConcernRaised(
        concern_id=concern.id,
        organisation_id=concern.organisation_id,
        desk_id=desk.id,
        acknowledge_by=concern.acknowledge_by,
        decide_by=concern.decide_by,
        pass_on_minutes=60,
    )
    acknowledged = at + chance.randrange(1, 24) * 20 * MINUTE if chance.random() < 0.7 else None
    decided = (acknowledged or at) + chance.randrange(1, 150) * HOUR if chance.random() < 0.6 else None
    if number < 4 * len(HEAVY):
        acknowledged, decided = at + 20 * MINUTE, None
    return Story(fact, nation, at, acknowledged, decided)


async def test_in_a_year_each_concern_is_passed_on_once_for_want_of_each_answer_and_on_the_right_day(
    stage: Stage,
) -> None:
    chance = random.Random(2026)
    stories = [a_story(chance, number) for number in range(CONCERNS)]
    happens = deque(sorted((pair for one in stories for pair in one.facts()), key=lambda pair: pair[0]))
    found: list[Told] = []
    now = BEGINS
    while now < ENDS:
        heard = []
        while happens and happens[0][0] <= now:
            heard.append(happens.popleft()[1])
        if heard:
            await stage.hear(*heard)
        async with stage.database.network_transaction() as tx:
            await pass_on_concerns(tx, now)
        rows = await stage.ask("delete from outbox returning payload")
        for said in (json.loads(row.payload) for row in rows):
            day = now.astimezone(LONDON).date()
            found.append((UUID(said["concern_id"]), said["passed_to"], said["unanswered"], day))
        now += LOOK

    expected = sorted(one for story in stories for one in story.expected())
    assert sorted(found) == expected
    assert len(expected) > CONCERNS / 2
    assert {(passed_to, unanswered) for _, passed_to, unanswered, _ in expected} == {
        (level, answer) for level in ("deputy", "trustee") for answer in ("acknowledge", "decide")
    }
