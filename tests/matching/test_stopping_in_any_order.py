"""Whatever ends, rests, comes and goes in whatever order: no visit to what has stopped, and nobody lost in a house."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import now, today
from kith_chassis.http.versions import StaleVersion
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.match import Ending, Match
from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.suspension import Outcome
from kith_matching.store.suspensions import find_last_suspension
from kith_matching.usecases.occasions import end
from kith_matching.usecases.path import move_supporter
from kith_matching.usecases.suspending import lift_suspension, suspend_supporter
from kith_matching.usecases.visiting import Move, move_visit, plan_visit
from kith_matching.views.visiting import list_overdue
from tests.builders import a_person_erased, a_referral_closed
from tests.matching.stage import ORGANISER, Stage
from tests.servers.lengths import examples

HOUR = timedelta(hours=1)
A_LITTLE = timedelta(minutes=5)
TO_COME = sa.text(
    "select v.id from visits v join matches m on m.id = v.match_id join supporters s on s.id = v.supporter_id"
    " where v.starts_at > now() and v.checked_in_at is null and v.cancelled_at is null"
    " and v.organisation_id = :organisation_id and (m.ended_on is not null or s.state <> 'active')"
)
SHIFT = sa.text(
    "update visits set starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour'"
    " where organisation_id = :organisation_id"
)


@dataclass
class Seen:
    """A visit as those see it who know of no database: in how many hours it begins, and who is there."""

    begins_in: int
    there: bool = False

    @property
    def begun(self) -> bool:
        """Whether somebody may be on their way, or in the house."""
        return self.there or self.begins_in < 0

    @property
    def looked_for(self) -> bool:
        """Whether somebody should have said something: each is of an hour, from five minutes past a full one on."""
        return self.begins_in < (-1 if self.there else 0)


@dataclass
class Play:
    """Two whom one supporter visits, and what is known of the visits that stand."""

    stage: Stage
    referrals: list[ReferralCreated]
    matches: list[Match]
    visits: dict[UUID, Seen] = field(default_factory=dict)
    whose: dict[UUID, int] = field(default_factory=dict)

    async def do(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """One request; None where it is refused."""
        try:
            async with self.stage.database.transaction(self.stage.caller) as tx:
                return await work(tx)
        except (MatchingRefused, StaleVersion):
            return None

    @property
    def supporter_id(self) -> UUID:
        return self.matches[0].supporter_id

    def stops(self, *which: int) -> None:
        """Of these two the visits to come stand no more; those that have begun do."""
        self.visits = {one: seen for one, seen in self.visits.items() if seen.begun or self.whose[one] not in which}

    async def plan(self, which: int, hours: int) -> None:
        starts_at, match_id = now() + hours * HOUR + A_LITTLE, self.matches[which].id
        planned = await self.do(lambda tx: plan_visit(tx, match_id, starts_at, 60, by=ORGANISER, now=now()))
        if planned is not None:
            self.visits[planned.id], self.whose[planned.id] = Seen(hours), which

    async def move(self, which: int, move: Move) -> None:
        if not self.visits:
            return
        visit_id = sorted(self.visits)[which % len(self.visits)]
        moved = await self.do(lambda tx: move_visit(tx, visit_id, move, by=ORGANISER, expected_version=None, now=now()))
        if moved is None:
            return
        if move is Move.CHECK_IN:
            self.visits[visit_id].there = True
        else:
            del self.visits[visit_id]

    async def end(self, which: int, how: str) -> None:
        referral, match = self.referrals[which], self.matches[which]
        match how:
            case "ended":
                if await self.do(lambda tx: end(tx, match.id, Ending.UNPLANNED, expected_version=1, now=now())) is None:
                    return
            case "closed":
                await self.stage.hear(a_referral_closed(referral, reason="died"))
            case _:
                await self.stage.hear(a_person_erased(referral))
        self.stops(which)

    async def rest(self, how: str) -> None:
        async def moves(tx: Any) -> Any:
            if how == "suspended":
                return await suspend_supporter(tx, self.supporter_id, "allegation", now=now())
            return await move_supporter(
                tx, self.supporter_id, SupporterState.RESTING, on=today(now()), destination=None, now=now()
            )

        if await self.do(moves) is not None:
            self.stops(0, 1)

    async def come_back(self) -> None:
        async def lifts(tx: Any) -> Any:
            last = await find_last_suspension(tx, self.supporter_id)
            if last is not None and last.lifted_at is None:
                return await lift_suspension(
                    tx, self.supporter_id, Outcome.RETURNS, expected_version=last.version, now=now()
                )
            return await move_supporter(
                tx, self.supporter_id, SupporterState.ACTIVE, on=today(now()), destination=None, now=now()
            )

        await self.do(lifts)

    async def an_hour_passes(self) -> None:
        await self.do(lambda tx: tx.execute(SHIFT, {"organisation_id": self.stage.organisation_id}))
        for seen in self.visits.values():
            seen.begins_in -= 1

    async def looked_for(self) -> set[UUID]:
        found = await self.do(lambda tx: list_overdue(tx, self.stage.organisation_id, after=None, limit=200, now=now()))
        return {one["id"] for one in found}

    async def to_what_has_stopped(self) -> list[UUID]:
        rows = await self.do(lambda tx: tx.scalars(TO_COME, {"organisation_id": self.stage.organisation_id}))
        return list(rows.all())


EITHER = st.sampled_from([0, 1])
DEEDS = st.one_of(
    st.tuples(st.just("plan"), EITHER, st.integers(0, 4)),
    st.tuples(st.just("plan"), EITHER, st.integers(0, 4)),
    st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from(Move)),
    st.tuples(st.just("move"), st.integers(0, 9), st.just(Move.CHECK_IN)),
    st.tuples(st.just("end"), EITHER, st.sampled_from(["ended", "closed", "erased"])),
    st.tuples(st.just("rest"), st.sampled_from(["suspended", "rests"])),
    st.tuples(st.just("come_back")),
    st.tuples(st.just("an_hour_passes")),
    st.tuples(st.just("an_hour_passes")),
)


@settings(deadline=None, max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    deeds=[
        *(("plan", which, hours) for which in (0, 1) for hours in (0, 1)),
        ("move", 0, Move.CHECK_IN),
        ("an_hour_passes",),
        ("end", 0, "closed"),
        ("rest", "suspended"),
        *[("an_hour_passes",)] * 3,
    ]
)
@example(deeds=[("plan", 0, 2), ("rest", "rests"), ("plan", 0, 2), ("come_back",), ("plan", 1, 0), ("end", 1, "ended")])
@given(deeds=st.lists(DEEDS, min_size=4, max_size=16))
async def test_no_visit_to_come_stands_for_what_has_stopped_and_none_under_way_is_lost(
    stage: Stage, deeds: list[tuple[Any, ...]]
) -> None:
    alone = stage.of_another_organisation()
    programme = await alone.a_programme()
    supporter = await alone.a_supporter(programme, capacity=2)
    referrals = [await alone.an_accepted_referral(programme) for _ in range(2)]
    play = Play(alone, referrals, [await alone.a_match(one, supporter) for one in referrals])

    for name, *how in deeds:
        await getattr(play, name)(*how)

        assert await play.to_what_has_stopped() == []
        assert await play.looked_for() == {one for one, seen in play.visits.items() if seen.looked_for}
