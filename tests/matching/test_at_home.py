"""Where a supporter visits people at home each visit has a plan; one without is logged, and talked about."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.clock import now, today
from kith_contracts.matching import WorkFellDue
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.domain.worklist import Work
from tests.builders import a_person_erased
from tests.matching.desk import Desk

DAY, SOON = timedelta(days=1), timedelta(minutes=10)
AT_HOME = ProgrammeTerms(definition_version=1, knowing_each_other="expected", at_home=True)
MADE = sa.text("update matches set made_on = made_on - 9")


class Home:
    """Two who meet at home, as a coordinator sees them."""

    def __init__(self, desk: Desk, referral: ReferralCreated, match_id: str) -> None:
        self.desk = desk
        self.referral = referral
        self.match = match_id
        self.yesterday = (today(now()) - DAY).isoformat()

    async def log(self, **said: Any) -> Any:
        """Log a session of today."""
        body = {"kind": "one-to-one", "match_id": self.match, "held_on": self.desk.today, "minutes": 60}
        told = body | {"channel": "in-person", "limits_explained": True} | said
        logged = await self.desk.create("/sessions", told)
        assert logged.status_code == 201, logged.text
        return logged

    async def correct(self, logged: Any, **said: Any) -> Any:
        """Say what it was instead."""
        body = {"held_on": self.desk.today, "minutes": 60, "channel": "in-person", "limits_explained": True} | said
        version = (await self.desk.get(logged.headers["Location"])).headers["ETag"]
        corrected = await self.desk.put(logged.headers["Location"], body, version)
        assert corrected.status_code == 200, corrected.text
        return corrected

    async def plan(self) -> str:
        """Plan a visit of today."""
        planned = await self.desk.create(
            f"/matches/{self.match}/visits", {"starts_at": (now() + SOON).isoformat(), "minutes": 60}
        )
        visit_id: str = planned.json()["id"]
        return visit_id

    async def unplanned(self) -> list[tuple[str, str]]:
        """What is to be talked about: the session, and of which match."""
        found = (await self.desk.get("/worklist")).json()["items"]
        return [(one["id"], one["about_id"]) for one in found if one["kind"] == "visit-without-plan"]


@pytest.fixture
async def home(desk: Desk) -> Home:
    await desk.stage.hear(desk.programme.model_copy(update={"terms": AT_HOME}))
    referral = await desk.a_referral()
    match_id = await desk.a_match(referral)
    async with desk.stage.database.transaction(desk.stage.caller) as tx:
        await tx.execute(MADE)
    return Home(desk, referral, match_id)


async def test_a_visit_without_a_plan_is_logged_and_stands_until_it_was_talked_about(home: Home) -> None:
    session_id = (await home.log()).json()["id"]
    before = await home.unplanned()

    said = await home.desk.change(f"/sessions/{session_id}/plan-talked-about", None, None)
    again = await home.desk.change(f"/sessions/{session_id}/plan-talked-about", None, None)
    of_no_match = await home.desk.change(f"/matches/{home.match}/supporter-told", None, None)

    assert before == [(session_id, home.match)]
    assert (said.status_code, said.json()["seen_by"]) == (200, "tester")
    assert [(one.status_code, one.json()["code"]) for one in (again, of_no_match)] == [
        (409, "already-said"),
        (404, "nothing-left-to-say"),
    ]
    assert await home.unplanned() == []


async def test_a_visit_that_was_planned_is_no_matter_and_one_that_was_cancelled_is_no_plan(home: Home) -> None:
    visit_id = await home.plan()
    await home.log()
    planned = await home.unplanned()
    await home.desk.change(f"/visits/{visit_id}/cancelling", None, None)

    session_id = (await home.log()).json()["id"]

    assert (planned, await home.unplanned()) == ([], [(session_id, home.match)])


async def test_the_plan_of_another_day_or_another_match_is_not_of_this_visit(home: Home) -> None:
    other = Home(home.desk, home.referral, await home.desk.a_match())
    await other.plan()
    await home.plan()

    session_id = (await home.log(held_on=home.yesterday)).json()["id"]
    of_today = (await home.log()).json()["id"]

    assert await home.unplanned() == [(session_id, home.match)]
    assert of_today != session_id


@pytest.mark.parametrize(
    "said",
    [
        {"channel": "telephone"},
        {"outcome": "cancelled", "minutes": 0, "limits_explained": False},
        {"outcome": "did-not-happen", "could_not": "person", "minutes": 0, "limits_explained": False},
    ],
)
async def test_who_was_not_there_needed_no_plan(home: Home, said: dict[str, Any]) -> None:
    await home.log(**said)

    assert await home.unplanned() == []


async def test_where_nobody_is_visited_at_home_no_visit_is_asked_for(home: Home) -> None:
    elsewhere = AT_HOME.model_copy(update={"definition_version": 2, "at_home": False})
    await home.desk.stage.hear(home.desk.programme.model_copy(update={"terms": elsewhere}))

    await home.log()

    assert await home.unplanned() == []


async def test_a_correction_says_anew_whether_there_was_a_plan_and_takes_back_nothing_that_was_said(home: Home) -> None:
    logged = await home.log()
    session_id = logged.json()["id"]
    await home.correct(logged, channel="telephone")
    by_telephone = await home.unplanned()
    await home.correct(logged, minutes=50)
    at_home = await home.unplanned()
    await home.desk.change(f"/sessions/{session_id}/plan-talked-about", None, None)

    await home.correct(logged, channel="video")
    await home.correct(logged, minutes=45)

    assert (by_telephone, at_home, await home.unplanned()) == ([], [(session_id, home.match)], [])


async def test_what_a_device_sends_again_is_one_matter(home: Home) -> None:
    client_id = {"client_id": "0190aaaa-0000-7000-8000-00000000000a"}

    first, again = await home.log(**client_id), await home.log(**client_id)

    assert first.json()["id"] == again.json()["id"]
    assert len(await home.unplanned()) == 1


async def test_it_is_told_to_nobody_else_and_goes_with_the_person(home: Home) -> None:
    await home.log()
    before = await home.desk.stage.told()

    await home.desk.stage.raise_due(now())

    told = await home.desk.stage.told_since(before)
    assert [one for one in told if isinstance(one, WorkFellDue) and one.kind == Work.VISIT_WITHOUT_PLAN] == []
    await home.desk.stage.hear(a_person_erased(home.referral))
    assert await home.unplanned() == []


async def test_a_coordinator_lists_the_visits_of_their_organisation_by_how_far_they_are_a_page_at_a_time(
    home: Home,
) -> None:
    going_on, over, cancelled, *planned = [await home.plan() for _ in range(6)]
    for visit_id in (going_on, over):
        await home.desk.change(f"/visits/{visit_id}/checking-in", None, None)
    await home.desk.change(f"/visits/{over}/checking-out", None, None)
    await home.desk.change(f"/visits/{cancelled}/cancelling", None, None)

    async def listed(**asked: Any) -> list[str]:
        return [one["id"] for one in (await home.desk.get("/visits", params=asked)).json()["items"]]

    first = (await home.desk.get("/visits", params={"limit": 2})).json()
    second = (await home.desk.get("/visits", params={"limit": 2, "after": first["next"]})).json()

    assert [one["id"] for page in (first, second) for one in page["items"]] == planned
    assert second["next"] is None
    assert await listed(stage="planned") == planned
    assert await listed(stage="going-on") == [going_on]
    assert await listed(stage="over") == [over, cancelled]
    assert (await home.desk.get("/visits", params={"stage": "somewhere"})).status_code == 422
