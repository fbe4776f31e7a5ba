"""Whoever visits a home says that they arrived and that they left, and is looked for where they do not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, now
from kith_matching.domain.match import Ending, end_match
from kith_matching.domain.refusals import MatchEnded
from kith_matching.domain.visit import (
    EARLIEST_IN,
    LATE_IN,
    LATE_OUT,
    AlreadyCheckedIn,
    NotCheckedIn,
    Visit,
    VisitOver,
    VisitPast,
    VisitTooEarly,
    cancel,
    check_in,
    check_out,
    plan,
)
from kith_matching.usecases.falling_due import raise_due
from tests.conftest import AsCaller
from tests.matching.builders import NOW, TODAY, a_match
from tests.matching.desk import Desk
from tests.matching.test_tenancy import a_lead

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
SHIFT = sa.text("update visits set starts_at = starts_at - :by, ends_at = ends_at - :by where id = :id").bindparams(
    sa.bindparam("by", type_=sa.Interval), sa.bindparam("id", type_=sa.Uuid(as_uuid=False))
)


def a_visit(**different: Any) -> Visit:
    """An hour from now on."""
    return replace(plan(a_match(), NOW, 60, visit_id=new_id(), now=NOW), **different)


def test_a_visit_is_planned_before_it_begins_and_while_there_is_support() -> None:
    ended = end_match(a_match(), Ending.PLANNED, today=TODAY).match

    assert a_visit().ends_at == NOW + HOUR
    with pytest.raises(VisitPast):
        plan(a_match(), NOW - SECOND, 60, visit_id=new_id(), now=NOW)
    with pytest.raises(MatchEnded):
        plan(ended, NOW, 60, visit_id=new_id(), now=NOW)


def test_nobody_arrives_much_earlier_than_planned() -> None:
    later = a_visit(starts_at=NOW + EARLIEST_IN)

    assert check_in(later, now=NOW).checked_in_at == NOW
    with pytest.raises(VisitTooEarly):
        check_in(later, now=NOW - SECOND)


def test_who_leaves_had_arrived_and_who_arrived_leaves() -> None:
    there = check_in(a_visit(), now=NOW)

    assert check_out(there, now=NOW + HOUR).checked_out_at == NOW + HOUR
    for move in (check_in, cancel):
        with pytest.raises(AlreadyCheckedIn):
            move(there, now=NOW)
    with pytest.raises(NotCheckedIn):
        check_out(a_visit(), now=NOW)


@pytest.mark.parametrize("move", [check_in, check_out, cancel])
def test_what_is_over_or_cancelled_stays_so(move: Callable[..., Visit]) -> None:
    for over in (cancel(a_visit(), now=NOW), check_out(check_in(a_visit(), now=NOW), now=NOW)):
        with pytest.raises(VisitOver):
            move(over, now=NOW)


class Visiting:
    """A supporter with access of their own, who visits, and the coordinator who sees to it."""

    def __init__(self, desk: Desk, as_caller: AsCaller, match: dict[str, Any]) -> None:
        self.desk = desk
        self.match = match
        self.coordinator = desk.auth
        self.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="a-supporter")

    async def plan(self, starts_at: datetime | None = None) -> str:
        """An hour from soon on; its id."""
        self.desk.auth = self.supporter
        body = {"starts_at": (starts_at or now() + timedelta(minutes=5)).isoformat(), "minutes": 60}
        planned = await self.desk.create(f"/matches/{self.match['id']}/visits", body)
        assert planned.status_code == 201, planned.text
        found: str = planned.json()["id"]
        return found

    async def say(self, visit_id: str, what: str, version: str | None = None) -> Any:
        """Check in or out, or cancel."""
        self.desk.auth = self.supporter
        return await self.desk.change(f"/visits/{visit_id}/{what}", None, version)

    async def goes_by(self, visit_id: str, by: timedelta) -> None:
        """Time, for this visit."""
        async with self.desk.stage.database.transaction(self.desk.stage.caller) as tx:
            await tx.execute(SHIFT, {"by": by, "id": visit_id})

    async def overdue(self) -> list[tuple[str, str]]:
        """Who is to be looked for, and why."""
        self.desk.auth = self.coordinator
        return [(one["id"], one["missing"]) for one in (await self.desk.get("/visits/overdue")).json()["items"]]


@pytest.fixture
async def visiting(desk: Desk, as_caller: AsCaller) -> Visiting:
    match_id = await desk.a_match()
    return Visiting(desk, as_caller, (await desk.get(f"/matches/{match_id}")).json())


async def test_who_does_not_check_in_is_looked_for_half_an_hour_later_and_not_before(visiting: Visiting) -> None:
    visit_id = await visiting.plan()
    await visiting.goes_by(visit_id, LATE_IN)
    before = await visiting.overdue()

    await visiting.goes_by(visit_id, timedelta(minutes=5))

    assert (before, await visiting.overdue()) == ([], [(visit_id, "check-in")])


async def test_who_does_not_check_out_is_looked_for_a_quarter_of_an_hour_after_the_end(visiting: Visiting) -> None:
    visit_id = await visiting.plan()
    await visiting.say(visit_id, "checking-in")
    await visiting.goes_by(visit_id, HOUR + LATE_OUT)
    before = await visiting.overdue()

    await visiting.goes_by(visit_id, timedelta(minutes=5))
    missed = await visiting.overdue()
    left = await visiting.say(visit_id, "checking-out")

    assert (before, missed) == ([], [(visit_id, "check-out")])
    assert (left.status_code, await visiting.overdue()) == (200, [])


async def test_nobody_is_looked_for_at_a_visit_that_was_cancelled(visiting: Visiting) -> None:
    visit_id = await visiting.plan()

    await visiting.say(visit_id, "cancelling")
    await visiting.goes_by(visit_id, 2 * HOUR)

    assert await visiting.overdue() == []


async def test_the_worklist_begins_with_whoever_is_to_be_looked_for(visiting: Visiting) -> None:
    visit_id = await visiting.plan()
    await visiting.goes_by(visit_id, HOUR)
    visiting.desk.auth = visiting.coordinator

    [first, *_] = (await visiting.desk.get("/worklist")).json()["items"]

    assert (first["kind"], first["id"], first["about_id"]) == (
        "look-for-visitor",
        visit_id,
        visiting.match["supporter_id"],
    )


async def test_at_a_door_nobody_names_a_version_and_one_that_is_named_counts(visiting: Visiting) -> None:
    visit_id = await visiting.plan()

    stale = await visiting.say(visit_id, "checking-in", '"7"')
    there = await visiting.say(visit_id, "checking-in")

    assert (stale.status_code, there.status_code, there.headers["ETag"]) == (412, 200, '"2"')


async def test_a_supporter_sees_their_own_visits_and_nobody_elses_says_anything_of_them(
    visiting: Visiting, as_caller: AsCaller
) -> None:
    visit_id, desk = await visiting.plan(), visiting.desk
    own = (await desk.get(f"/supporters/{visiting.match['supporter_id']}/visits")).json()["items"]
    visiting.supporter = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject="another")

    refused = await visiting.say(visit_id, "checking-in")

    assert [one["id"] for one in own] == [visit_id]
    assert (refused.status_code, refused.json()["code"]) == (404, "visit-not-found")


async def test_a_coordinator_may_say_it_for_a_supporter_who_telephones(visiting: Visiting) -> None:
    visit_id = await visiting.plan()
    visiting.supporter = visiting.coordinator

    assert (await visiting.say(visit_id, "checking-in")).status_code == 200


async def concerns_of(visiting: Visiting, as_caller: AsCaller) -> list[str]:
    """What the duty desk has to look for, once the moment has come."""
    async with visiting.desk.stage.database.network_transaction() as tx:
        await raise_due(tx, now())
    visiting.desk.auth = a_lead(visiting.desk, as_caller)
    found = (await visiting.desk.get("/concerns")).json()["items"]
    return [one["referral_id"] for one in found if one["grounds"] == "visitor-overdue"]


async def test_whoever_is_overdue_is_a_concern_once_for_each_thing_they_have_not_said(
    visiting: Visiting, as_caller: AsCaller
) -> None:
    visit_id, referral_id = await visiting.plan(), visiting.match["referral_id"]
    in_time = await concerns_of(visiting, as_caller)
    await visiting.goes_by(visit_id, LATE_IN + timedelta(minutes=10))
    not_there = [await concerns_of(visiting, as_caller) for _ in range(2)]
    await visiting.say(visit_id, "checking-in")
    there = await concerns_of(visiting, as_caller)
    await visiting.goes_by(visit_id, HOUR + LATE_OUT)

    not_back = [await concerns_of(visiting, as_caller) for _ in range(2)]

    assert (in_time, not_there, there) == ([], [[referral_id]] * 2, [referral_id])
    assert not_back == [[referral_id, referral_id]] * 2


async def test_a_visit_that_is_looked_for_is_still_the_supporters_to_speak_of(
    visiting: Visiting, as_caller: AsCaller
) -> None:
    visit_id = await visiting.plan()
    await visiting.goes_by(visit_id, LATE_IN + timedelta(minutes=10))
    await concerns_of(visiting, as_caller)

    there = await visiting.say(visit_id, "checking-in", '"1"')

    assert (there.status_code, await visiting.overdue()) == (200, [])
