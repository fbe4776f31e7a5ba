"""What a play on live processes cannot wait for: a week, the end of a visit, a time that was booked.

The very files of the programmes are put in force in matching, which is spoken to as everybody speaks to it, and whose
clock goes on when the test says so. What it tells is heard by notifications, which writes to whom it should.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import httpx
import pytest

from kith_chassis import clock
from kith_contracts.fact import Fact
from kith_contracts.matching import ContactLogged, SessionLogged, WorkFellDue
from kith_contracts.referrals import ReferralCreated
from kith_matching.timers import TIMERS
from kith_notifications.timers import TIMERS as PASSING_ON
from tests.builders import received
from tests.conftest import AsCaller, DatabaseOf, HttpOf, SettingsOf
from tests.matching.builders import DAY, NOW, ORGANISATION, TODAY
from tests.matching.desk import Desk, a_check_body, a_training_body
from tests.matching.stage import Stage
from tests.matching.test_tenancy import A_DUTY_DESK, a_lead
from tests.notifications import stage as notifications
from tests.notifications.stage import Clock, a_stage
from tests.programmes.applied import apply
from tests.servers.services import Bearer

URGES = ("work-due", "look-now", "concern-raised", "concern-unacknowledged")
"""Letters that ask somebody to do something; the others of these stories tell how it goes."""


@dataclass
class Meanwhile:
    """A programme by its own file, a supporter of it with access of their own, and time."""

    desk: Desk
    clock: Clock
    letters: notifications.Stage
    supporter: Bearer
    supporter_id: str = ""

    @property
    def today(self) -> date:
        return clock.today(self.clock.now())

    async def put_in_force(self, slug: str, check: str) -> "Meanwhile":
        """The programme's file, and a supporter who has what it asks for: its trainings, and a check of this level."""
        self.desk.programme = apply(slug).published
        await self.desk.open()
        self.supporter_id = await self.desk.a_supporter(checks_valid_until=None)
        path = f"/supporters/{self.supporter_id}"
        terms = self.desk.programme.terms
        assert terms is not None
        for one in terms.training:
            await self.desk.create(f"{path}/trainings", a_training_body(TODAY.isoformat(), code=one.code))
        await self.desk.create(f"{path}/checks", a_check_body(TODAY.isoformat(), level=check))
        return self

    async def a_match(self) -> str:
        """A family and the supporter, introduced; the id."""
        family = await self.desk.a_referral()
        pair = {"referral_id": str(family.referral_id), "supporter_id": self.supporter_id, "got_to_know": True}
        proposed = await self.desk.create("/proposals", pair)
        where, version = proposed.headers["Location"], proposed.headers["ETag"]
        agreed = await self.desk.answered(where, "person", "yes", version)
        matched = await self.desk.answered(where, "supporter", "yes", agreed.headers["ETag"])
        match_id: str = matched.json()["match_id"]
        return match_id

    async def passes(self, **time: float) -> list[Fact]:
        """Time goes on, the timers look, and what they tell is heard by notifications; what they told."""
        before = await self.desk.stage.told()
        self.clock.pass_by(**time)
        for timers, database in ((TIMERS, self.desk.stage.database), (PASSING_ON, self.letters.database)):
            for timer in timers:
                async with database.network_transaction() as tx:
                    await timer.run(tx, self.clock.now())
        told = await self.desk.stage.told_since(before)
        await self.letters.take(*(received(one, at=self.clock.now()) for one in told))
        return told

    async def says(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The supporter says something on their telephone."""
        coordinator, self.desk.auth = self.desk.auth, self.supporter
        said = await self.desk.create(path, body)
        self.desk.auth = coordinator
        assert said.is_success, said.text
        answer: dict[str, Any] = said.json()
        return answer

    async def visits(self, match_id: str) -> None:
        """The supporter visits today, as was planned, checks in and out, and logs it."""
        visit = await self.plans(match_id)
        for moved in ("checking-in", "checking-out"):
            await self.says(f"/visits/{visit['id']}/{moved}")
        held = {"held_on": self.today.isoformat(), "minutes": 120, "channel": "in-person", "limits_explained": True}
        await self.says("/sessions", {"kind": "one-to-one", "match_id": match_id, **held})

    async def plans_a_visit(self) -> dict[str, Any]:
        """The supporter plans to visit a family in five minutes, for two hours."""
        return await self.plans(await self.a_match())

    async def plans(self, match_id: str) -> dict[str, Any]:
        """The same, of a match that there is."""
        begins = (self.clock.now() + timedelta(minutes=5)).isoformat()
        return await self.says(f"/matches/{match_id}/visits", {"starts_at": begins, "minutes": 120})

    async def read(self, path: str, auth: httpx.Auth | None = None) -> Any:
        """What the coordinator reads, or somebody else."""
        return (await self.desk.client.get(path, auth=auth or self.desk.auth)).raise_for_status().json()

    async def worklist(self) -> dict[str, int]:
        """How much there is for coordinators to see to, of each kind."""
        counts: dict[str, int] = (await self.read("/worklist"))["counts"]
        return counts

    async def written(self) -> Counter[tuple[str, str]]:
        """The letters that ask somebody to do something: what each says, and to whom."""
        rows = await self.letters.ask("select reason, recipient from messages")
        letters = [(row.reason.partition("/")[0], row.recipient.partition("/")[0]) for row in rows]
        return Counter((reason, to) for reason, to in letters if reason in URGES)


@pytest.fixture
async def meanwhile(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller, settings_of: SettingsOf
) -> AsyncIterator[Meanwhile]:
    stage, time = Stage(await database_of("matching"), ORGANISATION), Clock(NOW)
    http = await http_of("matching", stage.database)
    cast("Any", http._transport).app.state.now = time.now
    desk = Desk(http, stage, as_caller)
    own = as_caller("supporter", organisation_id=ORGANISATION, subject="a-supporter")
    async with a_stage(database_of, settings_of) as letters:
        yield Meanwhile(desk, time, letters, own)


@pytest.fixture
async def home_start(meanwhile: Meanwhile) -> Meanwhile:
    """A volunteer of Home-Start."""
    return await meanwhile.put_in_force("home-start", "enhanced")


@pytest.fixture
async def listening(meanwhile: Meanwhile) -> Meanwhile:
    """A listener of peer listening."""
    return await meanwhile.put_in_force("peer-listening", "basic")


async def test_2_an_entry_that_nobody_confirmed_for_half_a_year_is_noticed_and_warns_until_somebody_does(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> None:
    time, nursery, entry = Clock(NOW), clock.new_id(), f"/programmes/{clock.new_id()}"
    http = await http_of("referrals", await database_of("referrals"))
    cast("Any", http._transport).app.state.now = time.now
    operator, keeper = as_caller("operator"), as_caller("administrator", organisation_id=nursery)
    offers = {"slug": "nursery", "name": "Exampleton Nursery", "model": "group", "formality": "organised"}
    said = {"name": "Exampleton Nursery", "kind": "council", "contact_email": "nursery@example.org"}
    await http.put(f"/organisations/{nursery}", json=said, auth=operator)
    await http.put(entry, json=offers | {"organisation_id": str(nursery)}, auth=operator)

    async def looked_at() -> tuple[int, bool]:
        """How many entries its keeper is to confirm, and whether whoever reads this one is warned."""
        stale = (await http.get("/programmes/stale", auth=keeper)).raise_for_status().json()["items"]
        read = (await http.get(f"/directory/services/{entry.rpartition('/')[2]}")).raise_for_status().json()
        return len(stale), read.get("alert") is not None

    seen = [await looked_at()]
    for days in (181, 7):
        time.pass_by(days=days)
        seen.append(await looked_at())
    (await http.post(f"{entry}/assurance", auth=keeper)).raise_for_status()
    seen.append(await looked_at())

    assert seen == [(0, False), (0, False), (1, True), (0, False)]


async def test_4_a_week_without_a_visit_is_noticed_once_on_its_day_and_coordinators_are_written_to(
    home_start: Meanwhile,
) -> None:
    match_id = await home_start.a_match()
    await home_start.visits(match_id)

    noticed = [
        (home_start.today, fact.kind, str(fact.about_id))
        for _ in range(2 * 9)
        for fact in await home_start.passes(hours=12)
        if isinstance(fact, WorkFellDue)
    ]

    how_they_are, no_visit = (TODAY, "ask-measures", match_id), (TODAY + 8 * DAY, "hold-session", match_id)
    assert noticed == [how_they_are, no_visit]
    assert await home_start.worklist() == {"ask-measures": 1, "hold-session": 1}
    assert await home_start.written() == {("work-due", "programme"): 2}


async def test_4_the_next_visit_ends_a_week_without_one(home_start: Meanwhile) -> None:
    match_id = await home_start.a_match()
    await home_start.visits(match_id)
    await home_start.passes(days=8)

    await home_start.visits(match_id)

    assert "hold-session" not in await home_start.worklist()
    assert [one for one in await home_start.passes(days=7) if getattr(one, "kind", "") == "hold-session"] == []


async def test_4_a_volunteer_who_does_not_come_back_is_looked_for_until_a_human_answers(
    home_start: Meanwhile, as_caller: AsCaller
) -> None:
    lead = a_lead(home_start.desk, as_caller)
    desk = A_DUTY_DESK | {"deputy": {"name": "Testwell deputy", "email": "deputy@example.org"}}
    await home_start.desk.client.put(f"/duty-desks/{clock.new_id()}", json=desk, auth=lead)
    visit = await home_start.plans_a_visit()
    await home_start.passes(minutes=5)
    await home_start.says(f"/visits/{visit['id']}/checking-in")
    await home_start.passes(minutes=120 + 14)
    in_time = (await home_start.read("/visits/overdue"))["items"], await home_start.written()

    await home_start.passes(minutes=2)

    assert in_time == ([], Counter())
    [overdue] = (await home_start.read("/visits/overdue"))["items"]
    assert (overdue["id"], overdue["missing"]) == (visit["id"], "check-out")
    at_once = {("concern-raised", "duty-lead"): 1, ("look-now", "programme"): 1}
    assert await home_start.written() == at_once
    [concern] = (await home_start.read("/concerns", lead))["items"]
    assert (concern["grounds"], concern["about_id"]) == ("visitor-overdue", visit["id"])
    await home_start.passes(minutes=60)
    assert await home_start.written() == at_once | {("concern-unacknowledged", "duty-deputy"): 1}


async def test_4_once_the_volunteer_says_that_they_are_well_nobody_looks_for_them(home_start: Meanwhile) -> None:
    visit = await home_start.plans_a_visit()
    await home_start.says(f"/visits/{visit['id']}/checking-in")
    await home_start.passes(hours=3)
    before = await home_start.worklist()

    await home_start.says(f"/visits/{visit['id']}/checking-out")

    assert (before["look-for-visitor"], "look-for-visitor" in await home_start.worklist()) == (1, False)
    assert (await home_start.read("/visits/overdue"))["items"] == []


async def a_slot(listening: Meanwhile, times: str) -> str:
    """Three quarters of an hour tomorrow at this time; where it is."""
    where = f"/slots/{clock.new_id()}"
    body = {
        "programme_id": str(listening.desk.programme.programme_id),
        "supporter_id": listening.supporter_id,
        "starts_at": (listening.clock.now() + DAY).isoformat(),
        "minutes": 45,
        "times": times,
        "channel": "telephone",
    }
    planned = await listening.desk.put(where, body)
    assert planned.status_code == 201, planned.text
    return where


async def book(listening: Meanwhile, slot: str, who: ReferralCreated) -> httpx.Response:
    return await listening.desk.create(f"{slot}/places", {"referral_id": str(who.referral_id)})


async def test_12_a_booked_time_comes_is_kept_and_is_logged_without_a_match(listening: Meanwhile) -> None:
    slot, heard = await a_slot(listening, "booked"), await listening.desk.a_referral()
    place = (await book(listening, slot, heard)).json()
    await listening.passes(days=1, minutes=50)

    kept = await listening.read(f"/places/{place['id']}")
    held = {"held_on": listening.today.isoformat(), "minutes": 45, "channel": "telephone"}
    there = {"supporter_ids": [listening.supporter_id], "attended_referral_ids": [str(heard.referral_id)]}
    of = {"group_id": slot.rpartition("/")[2], "programme_id": str(listening.desk.programme.programme_id)}
    logged = await listening.desk.create("/sessions", {"kind": "group", **of, **held, **there})

    assert (place["state"], kept["state"], logged.status_code) == ("taken", "past", 201)
    told = [fact for fact in await listening.desk.stage.told() if isinstance(fact, SessionLogged)]
    assert [(one.referral_id, one.minutes, one.match_id) for one in told] == [(heard.referral_id, 45, None)]
    late = await book(listening, slot, await listening.desk.a_referral())
    assert late.json()["code"] == "slot-past"
    assert (await listening.read("/matches"))["items"] == []


async def test_12_an_open_time_is_taken_by_whoever_comes_and_nobody_books_it(listening: Meanwhile) -> None:
    slot = await a_slot(listening, "open")
    refused = await book(listening, slot, await listening.desk.a_referral())
    await listening.passes(days=1, minutes=50)

    came = {"held_on": listening.today.isoformat(), "kind": "listening", "people": 3}
    programme_id = str(listening.desk.programme.programme_id)
    await listening.says("/contacts", {"programme_id": programme_id, "supporter_id": listening.supporter_id, **came})

    assert refused.json()["code"] == "slot-is-open"
    told = [fact for fact in await listening.desk.stage.told() if isinstance(fact, ContactLogged)]
    assert [(one.kind, one.people) for one in told] == [("listening", 3)]
    shown = await listening.read(slot)
    assert (shown["taken"], shown["past"], shown["waiting"]) == (0, 0, 0)
