"""When something stops, nobody goes on visiting; whoever is in a house is still looked for; and a human says it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kith_chassis.clock import now
from kith_contracts.fact import Fact
from kith_contracts.matching import WorkFellDue
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.loose_end import AlreadySaid, say_done, supporter_to_tell
from tests.builders import (
    a_consent_changed,
    a_person_erased,
    a_referral_closed,
    a_referral_decided,
    a_referral_reopened,
)
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.builders import NOW, TODAY, a_match
from tests.matching.desk import Desk
from tests.matching.stage import Stage

SOON, HOUR = timedelta(minutes=10), timedelta(hours=1)
VISITS = sa.text(
    "select v.id, v.cancelled_at, v.checked_in_at, v.checked_out_at, v.starts_at, m.ended_on, s.state"
    " from visits v join matches m on m.id = v.match_id join supporters s on s.id = v.supporter_id order by v.id"
)
SHIFT = sa.text("update visits set starts_at = starts_at - :by, ends_at = ends_at - :by").bindparams(
    sa.bindparam("by", type_=sa.Interval)
)


class Stopping:
    """A match whose supporter has access of their own, the person's referral, and the coordinator."""

    def __init__(self, desk: Desk, as_caller: AsCaller, referral: ReferralCreated, match: dict[str, Any]) -> None:
        self.desk = desk
        self.stage = desk.stage
        self.referral = referral
        self.match: str = match["id"]
        self.supporter: str = match["supporter_id"]
        self.coordinator = desk.auth
        self.volunteer = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    async def plan(self, after: timedelta = SOON) -> Any:
        """Plan an hour's visit."""
        body = {"starts_at": (now() + after).isoformat(), "minutes": 60}
        return await self.desk.create(f"/matches/{self.match}/visits", body)

    async def visit(self, after: timedelta = SOON) -> str:
        """The id of a planned one."""
        planned = await self.plan(after)
        assert planned.status_code == 201, planned.text
        visit_id: str = planned.json()["id"]
        return visit_id

    async def say(self, visit_id: str, what: str) -> Any:
        """Check in, check out or cancel."""
        return await self.desk.change(f"/visits/{visit_id}/{what}", None, None)

    async def goes_by(self, by: timedelta) -> None:
        """Time, for the visits."""
        async with self.stage.database.transaction(self.stage.caller) as tx:
            await tx.execute(SHIFT, {"by": by})

    async def visits(self, stage: str) -> list[str]:
        """Those that are so far."""
        found = (await self.desk.get("/visits", params={"stage": stage})).json()["items"]
        return [one["id"] for one in found]

    async def overdue(self) -> list[str]:
        """Who is looked for."""
        return [one["id"] for one in (await self.desk.get("/visits/overdue")).json()["items"]]

    async def work(self) -> list[tuple[str, str]]:
        """What a coordinator sees to, but for who waits."""
        found = (await self.desk.get("/worklist")).json()["items"]
        return [(one["kind"], one["about_id"]) for one in found if one["kind"] not in {"propose", "get-in-touch"}]

    async def suspend(self) -> Any:
        """Suspend the supporter."""
        return await self.desk.create(f"/supporters/{self.supporter}/suspension", {"reason": "allegation"})


async def stopping_of(desk: Desk, as_caller: AsCaller) -> Stopping:
    referral = await desk.a_referral()
    match_id = await desk.a_match(referral)
    return Stopping(desk, as_caller, referral, (await desk.get(f"/matches/{match_id}")).json())


@pytest.fixture
async def stopping(desk: Desk, as_caller: AsCaller) -> Stopping:
    return await stopping_of(desk, as_caller)


STOPS: dict[str, Callable[[ReferralCreated], Fact]] = {
    "died": lambda referral: a_referral_closed(referral, reason="died"),
    "closed": a_referral_closed,
    "consent withdrawn": a_consent_changed,
    "erased": a_person_erased,
}


@pytest.mark.parametrize("how", STOPS)
async def test_whatever_stops_a_referral_cancels_the_visits_to_come_and_no_other(stopping: Stopping, how: str) -> None:
    there, coming, later = [await stopping.visit(SOON * n) for n in (1, 2, 3)]
    await stopping.say(there, "checking-in")
    other = await stopping_of(stopping.desk, lambda *_, **__: stopping.coordinator)
    theirs = await other.visit()

    await stopping.stage.hear(STOPS[how](stopping.referral))

    assert await stopping.visits("planned") == [theirs]
    assert (await stopping.visits("going-on"), await stopping.visits("over")) == ([there], [coming, later])


async def test_the_end_that_a_coordinator_says_cancels_them_too(stopping: Stopping) -> None:
    coming = await stopping.visit()

    ended = await stopping.desk.change(f"/matches/{stopping.match}/ending", {"ending": "planned"}, '"1"')

    assert ended.status_code == 200
    assert (await stopping.visits("planned"), await stopping.visits("over")) == ([], [coming])
    (entry,) = (await stopping.stage.on_the_record(UUID(coming)))[-1:]
    assert (entry["action"], entry["subject"]) == ("visit-cancelled", "tester")
    assert await stopping.work() == []


async def test_somebody_who_is_in_the_house_is_still_looked_for_and_still_checks_out(stopping: Stopping) -> None:
    there = await stopping.visit()
    await stopping.say(there, "checking-in")
    await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))
    await stopping.goes_by(2 * HOUR)
    missed = await stopping.overdue()

    left = await stopping.say(there, "checking-out")

    assert (missed, left.status_code, await stopping.overdue()) == ([there], 200, [])


async def test_a_visit_that_has_begun_is_looked_for_also_where_nobody_checked_in_yet(stopping: Stopping) -> None:
    begun = await stopping.visit()
    await stopping.goes_by(HOUR)

    await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))

    assert await stopping.overdue() == [begun]
    assert (await stopping.say(begun, "checking-in")).status_code == 200


async def test_what_is_heard_late_loses_nobody_who_has_set_out_meanwhile(stopping: Stopping) -> None:
    begun = await stopping.visit()
    await stopping.goes_by(HOUR)

    await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"), at=now() - 5 * HOUR)

    assert await stopping.overdue() == [begun]


async def test_a_human_tells_the_supporter_and_says_so_and_until_then_it_stands(stopping: Stopping) -> None:
    path = f"/matches/{stopping.match}/supporter-told"
    early = await stopping.desk.change(path, None, None)
    await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))
    before = await stopping.work()

    said = await stopping.desk.change(path, None, None)
    again = await stopping.desk.change(path, None, None)

    assert (early.status_code, early.json()["code"]) == (404, "nothing-left-to-say")
    assert before == [("tell-supporter", stopping.match)]
    assert (said.status_code, said.json()["seen_by"]) == (200, "tester")
    assert (again.status_code, again.json()["code"]) == (409, "already-said")
    assert await stopping.work() == []
    (entry,) = (await stopping.stage.on_the_record(UUID(stopping.match)))[-1:]
    assert (entry["action"], entry["subject"]) == ("supporter-told", "tester")


async def test_it_is_said_once(stopping: Stopping) -> None:
    await stopping.stage.hear(a_referral_closed(stopping.referral))

    both = await asyncio.gather(
        *(stopping.desk.change(f"/matches/{stopping.match}/supporter-told", None, None) for _ in range(2))
    )

    assert sorted(one.status_code for one in both) == [200, 409]


async def test_whoever_supported_somebody_who_died_is_told_first(stopping: Stopping, as_caller: AsCaller) -> None:
    others = [await stopping_of(stopping.desk, as_caller) for _ in range(2)]
    for one, reason in ((stopping, "withdrawn"), (others[0], "died"), (others[1], "moved-away")):
        await stopping.stage.hear(a_referral_closed(one.referral, reason=reason))

    found = (await stopping.desk.get("/worklist")).json()["items"][:3]

    assert [(one["about_id"], one["urgent"]) for one in found] == [
        (others[0].match, True),
        (stopping.match, False),
        (others[1].match, False),
    ]


async def test_the_supporter_sees_that_it_ended_and_never_why(stopping: Stopping) -> None:
    await stopping.visit()
    await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))
    stopping.desk.auth = stopping.volunteer
    own = f"/supporters/{stopping.supporter}"

    runs, ended, visits, offers = [
        await stopping.desk.get(f"{own}/{what}") for what in ("matches", "matches?ended=true", "visits", "offers")
    ]

    assert (runs.json()["items"], offers.json()["items"]) == ([], [])
    assert [(one["id"], one["ended_on"] is not None) for one in ended.json()["items"]] == [(stopping.match, True)]
    assert [one["cancelled_at"] is not None for one in visits.json()["items"]] == [True]
    assert not any("died" in one.text or '"ending"' in one.text for one in (runs, ended, visits, offers))
    assert (await stopping.plan()).json()["code"] == "match-already-ended"


async def test_what_a_reopened_referral_left_is_said_of_the_match_that_ended(stopping: Stopping) -> None:
    closed, reopened = a_referral_closed(stopping.referral), a_referral_reopened(stopping.referral)
    await stopping.stage.hear(closed, reopened, a_referral_decided(stopping.referral))
    second = await stopping.desk.a_match(stopping.referral)

    assert await stopping.work() == [("tell-supporter", stopping.match)]
    assert (await stopping.desk.get(f"/matches/{second}")).json()["ending"] is None


class TestAlone:
    """In a network of their own, in which a timer sees all."""

    @pytest.fixture
    async def stopping(self, database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller) -> Stopping:
        stage = Stage(await database_of("matching"))
        desk = await Desk(await http_of("matching", stage.database), stage, as_caller).open()
        return await stopping_of(desk, as_caller)

    async def told(self, stopping: Stopping) -> list[tuple[str, str, bool]]:
        """What falls due now that was not told before: its kind, about what, and whether at once."""
        before = await stopping.stage.told()
        await stopping.stage.raise_due(now())
        facts: list[Fact] = await stopping.stage.told_since(before)
        return [(one.kind, str(one.about_id), one.at_once) for one in facts if isinstance(one, WorkFellDue)]

    async def test_the_programme_is_told_at_once_that_a_supporter_is_to_be_told(self, stopping: Stopping) -> None:
        await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))

        assert [await self.told(stopping) for _ in range(2)] == [[("tell-supporter", stopping.match, True)], []]

    async def test_of_somebody_erased_it_is_the_supporter_who_is_still_to_be_told(self, stopping: Stopping) -> None:
        await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))
        await self.told(stopping)

        await stopping.stage.hear(a_person_erased(stopping.referral))

        assert await stopping.work() == [("tell-supporter", stopping.supporter)]
        assert [await self.told(stopping) for _ in range(2)] == [[("tell-supporter", stopping.supporter, True)], []]
        assert (await stopping.desk.change(f"/matches/{stopping.match}/supporter-told", None, None)).is_success
        assert await stopping.work() == []

    async def test_an_erasure_that_is_heard_first_leaves_the_supporter_to_be_told_too(self, stopping: Stopping) -> None:
        await stopping.stage.hear(a_person_erased(stopping.referral))
        await stopping.stage.hear(a_referral_closed(stopping.referral, reason="died"))

        assert await self.told(stopping) == [("tell-supporter", stopping.supporter, True)]

    @pytest.mark.parametrize("suspended", [True, False])
    async def test_who_rests_is_covered_for_at_once_and_nobody_learns_from_it_that_one_is_suspended(
        self, stopping: Stopping, *, suspended: bool
    ) -> None:
        visit_id = await stopping.visit()
        if suspended:
            await stopping.suspend()
        else:
            moved = {"moment": "reached", "step": "resting", "on": stopping.desk.today}
            await stopping.desk.create(f"/supporters/{stopping.supporter}/steps", moved)

        refused = await stopping.plan()

        assert (refused.status_code, refused.json()["code"]) == (409, "supporter-not-active")
        assert "suspen" not in refused.text
        assert await stopping.visits("over") == [visit_id]
        assert await stopping.work() == [("arrange-cover", stopping.match)]
        assert [await self.told(stopping) for _ in range(2)] == [[("arrange-cover", stopping.match, True)], []]


async def test_a_lifted_suspension_or_an_ending_needs_no_cover(stopping: Stopping, as_caller: AsCaller) -> None:
    other = await stopping_of(stopping.desk, as_caller)
    suspended = await stopping.suspend()
    await other.suspend()
    before = await stopping.work()

    lifting = f"/supporters/{stopping.supporter}/suspension/lifting"
    await stopping.desk.change(lifting, {"outcome": "returns"}, suspended.headers["ETag"])
    await stopping.desk.change(f"/matches/{other.match}/ending", {"ending": "unplanned", "waits_again": True}, '"1"')

    assert sorted(before) == sorted(("arrange-cover", one.match) for one in (stopping, other))
    assert await stopping.work() == []
    assert (await stopping.plan()).status_code == 201


@pytest.mark.parametrize("state", ["resting", "left"])
async def test_the_organisations_own_system_may_say_that_somebody_rests_or_left(stopping: Stopping, state: str) -> None:
    visit_id = await stopping.visit()
    read = await stopping.desk.get(f"/supporters/{stopping.supporter}")
    body = {name: told for name, told in read.json().items() if name not in {"id", "version"}} | {"state": state}

    put = await stopping.desk.put(f"/supporters/{stopping.supporter}", body, read.headers["ETag"])

    assert put.status_code == 200, put.text
    assert await stopping.visits("over") == [visit_id]


async def test_who_is_suspended_in_somebodys_house_checks_out_and_what_was_done_is_logged(stopping: Stopping) -> None:
    there, begun = await stopping.visit(), await stopping.visit()
    await stopping.say(there, "checking-in")
    await stopping.goes_by(SOON)
    await stopping.suspend()
    stopping.desk.auth = stopping.volunteer
    body = {"kind": "one-to-one", "match_id": stopping.match, "held_on": stopping.desk.today, "minutes": 60}

    answers = [
        await stopping.say(there, "checking-out"),
        await stopping.say(begun, "checking-in"),
        await stopping.say(begun, "checking-out"),
        await stopping.desk.create("/sessions", body | {"channel": "in-person"}),
    ]

    assert [one.status_code for one in answers] == [200, 200, 200, 201]


async def test_whoever_plans_and_whoever_suspends_in_the_same_moment_leave_no_visit(stopping: Stopping) -> None:
    for _ in range(4):
        planned, suspended = await asyncio.gather(stopping.plan(), stopping.suspend())

        assert suspended.status_code == 201
        assert planned.status_code in {201, 409}
        assert await stopping.visits("planned") == []
        lifting = f"/supporters/{stopping.supporter}/suspension/lifting"
        await stopping.desk.change(lifting, {"outcome": "returns"}, suspended.headers["ETag"])


def test_it_is_done_once_and_says_who_did_it() -> None:
    left = supporter_to_tell(a_match(), erased=False, today=TODAY)
    done = say_done(left, by="a-coordinator", now=NOW)

    assert (left.seen_at, done.seen_by, done.seen_at) == (None, "a-coordinator", NOW)
    with pytest.raises(AlreadySaid):
        say_done(done, by="another", now=NOW)
