"""What happens, day by day, and who looks what is due; how it is done is said by ``kept`` and by ``asked``."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa

from kith_contracts.matching import WorkFellDue
from kith_matching.domain.helping import Says
from kith_matching.usecases import falling_due
from tests.matching.builders import DAY
from tests.matching.stage import Stage
from tests.matching.year.days import LAST, at, starts_at, ticks, up
from tests.matching.year.pair import Pair, Told

FOUND: Final = {"not-there": "cancelled_at", "not-back": "checked_out_at"}
"""How it ends with somebody who was looked for."""

Doing = list[tuple[Pair, Any]]
"""What is done at a moment, of one kind, by whom."""


class Year(ABC):
    """The plans of many pairs, by the moment at which something of them is done."""

    def __init__(self, stage: Stage, pairs: list[Pair]) -> None:
        self.stage = stage
        self.does: dict[datetime, dict[str, Doing]] = defaultdict(lambda: defaultdict(list))
        for pair in pairs:
            self._plan(pair)

    @abstractmethod
    async def do(self, doing: Mapping[str, Doing], now: datetime) -> None:
        """Do all that is done at one moment."""

    def pair_of(self, about: UUID) -> UUID:
        """What a pair's plan calls what a fact is about."""
        return about

    def _plan(self, pair: Pair) -> None:
        def then(day: date, hour: int, do: str, what: Any = None) -> None:
            self.does[at(day, time(hour))][do].append((pair, what))

        then(pair.made_on, 11, "match")
        for day, hour, went in pair.planned:
            if not pair.quiet:
                self._plan_visit(pair, day, hour, went)
            then(day, 19, "meet", "happened" if day in pair.happened else "cancelled")
        for day, moment, said in pair.asked:
            then(day, 12, "ask", (moment, said))
            if said is Says.HARDER:
                then(up(day + 2 * DAY), 12, "see", day)
        for times, (day, until) in enumerate(pair.extended, 1):
            then(day, 12, "extend", (until, times))
            if times > 1:
                then(up(day + 3 * DAY), 12, "balance")
        for day in pair.supervised:
            then(day, 12, "supervise")
        for day, state in zip(pair.rest or (), ("resting", "active"), strict=False):
            then(day, 12, "rest", state)
        then(pair.ended_on, 13, "end")

    def _plan_visit(self, pair: Pair, day: date, hour: int, went: str) -> None:
        begins = starts_at(day, hour)
        self.does[at(day, time(7))]["visit"].append((pair, (begins, went)))
        if went in {"well", "not-back"}:
            self.does[begins]["check_in"].append((pair, begins))
        if went == "well":
            self.does[begins + timedelta(hours=1)]["check_out"].append((pair, begins))
        if went in FOUND:
            self.does[at(day, time(23))]["find"].append((pair, (begins, FOUND[went])))

    async def pass_by(self) -> None:
        """Let the year pass. Some who look are killed before the end, and some look twice."""
        looks = set(ticks())
        for number, moment in enumerate(sorted(looks | set(self.does))):
            if moment in self.does and moment.date() <= LAST:
                await self.do(self.does[moment], moment)
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
        return [(fact.kind, self.pair_of(fact.about_id), fact.due_on, moment) for fact, moment in facts]
