"""A visitor is missed in the evening: the lead is told, learns who and where, reaches both, calls for help, answers.

Referrals and matching are spoken to as everybody speaks to them, by tokens that say no more than a role; what each
tells is heard by the others. The clock goes on when the test says so.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest

from kith_chassis import clock
from kith_contracts.fact import Fact
from kith_contracts.registry import BY_TYPE
from kith_matching.usecases import falling_due
from tests.builders import received
from tests.conftest import AsCaller, DatabaseOf, HttpOf, SettingsOf
from tests.matching.builders import NOW
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.matching.test_tenancy import A_DUTY_DESK
from tests.notifications import stage as notifications
from tests.notifications.stage import Clock, a_stage
from tests.referrals.test_api import TODAY, a_body, post, version
from tests.referrals.world import World

WITHDRAWN = {"purpose": "share-referral", "state": "withdrawn", "recorded_on": TODAY, "how": "spoken"}
LIVES = {"address": "1 Example Street, Northfield"}
EMERGENCY = {"shared_with": "emergency-services", "items": ["name", "address"], "reason": "Nobody answers the door"}


@dataclass
class Evening:
    """A person who was referred, the supporter who is with them, and a lead who has nothing but their role."""

    world: World
    referrals: httpx.AsyncClient
    desk: Desk
    letters: notifications.Stage
    clock: Clock
    lead: httpx.Auth
    heard: int = 0

    async def hear_referrals(self) -> None:
        """What referrals told since is heard by matching."""
        told = (await self.world.everything_told())[self.heard :]
        self.heard += len(told)
        await self.desk.stage.hear(*(_fact(name, body) for name, body in told))

    async def passes(self, **time: float) -> None:
        """Time goes on, and what falls due in matching is heard by notifications, which write to whom they should."""
        before = await self.desk.stage.told()
        self.clock.pass_by(**time)
        async with self.desk.stage.database.network_transaction() as tx:
            await falling_due.raise_due(tx, self.clock.now())
        told = await self.desk.stage.told_since(before)
        await self.letters.take(*(received(one, at=self.clock.now()) for one in told))

    async def get(self, client: httpx.AsyncClient, path: str, **params: str) -> Any:
        """What the lead reads."""
        return (await client.get(path, auth=self.lead, params=params)).raise_for_status().json()

    async def act(self, path: str, body: Any = None) -> Any:
        """What the lead does."""
        headers = {"Idempotency-Key": str(clock.new_id())}
        answer = await self.desk.client.post(path, auth=self.lead, json=body, headers=headers)
        return answer.raise_for_status().json()


def _fact(name: str, body: dict[str, Any]) -> Fact:
    return BY_TYPE[f"kith.{name}.v1"].fact.model_validate(body)


@pytest.fixture
async def evening(
    database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller, settings_of: SettingsOf
) -> AsyncIterator[Evening]:
    world, time = await World.made(await database_of("referrals")), Clock(NOW)
    stage = Stage(await database_of("matching"), world.host.id)
    http = await http_of("matching", stage.database)
    cast("Any", http._transport).app.state.now = time.now
    referrals = await http_of("referrals", world.database)
    lead = as_caller("safeguarding-lead", organisation_id=world.host.id, subject="lead-1")
    async with a_stage(database_of, settings_of) as letters:
        yield Evening(world, referrals, Desk(http, stage, as_caller), letters, time, lead)


async def a_visit(evening: Evening, as_caller: AsCaller) -> str:
    """Somebody is matched, a visit is planned, and they take back what they agreed to; its id."""
    world, desk = evening.world, evening.desk
    body = a_body(world)
    body["person"] |= LIVES
    made = (await post(evening.referrals, body, as_caller("referrer", organisation_id=world.referrer.id))).json()
    coordinator = as_caller("coordinator", organisation_id=world.host.id)
    path = f"/referrals/{made['id']}"
    await evening.referrals.post(f"{path}/decision", json={"decision": "accept"}, headers=version(1), auth=coordinator)
    await evening.hear_referrals()
    desk.programme = desk.programme.model_copy(update={"programme_id": world.programme.id})
    pair = {"referral_id": made["id"], "supporter_id": await desk.a_supporter(), "got_to_know": True}
    proposed = await desk.create("/proposals", pair)
    agreed = await desk.answered(proposed.headers["Location"], "person", "yes", proposed.headers["ETag"])
    matched = await desk.answered(proposed.headers["Location"], "supporter", "yes", agreed.headers["ETag"])
    starts_at = evening.clock.now().isoformat()
    visit = await desk.create(f"/matches/{matched.json()['match_id']}/visits", {"starts_at": starts_at, "minutes": 60})
    stands = (await evening.referrals.get(path, auth=coordinator)).headers["ETag"]
    await evening.referrals.post(f"{path}/consent", json=WITHDRAWN, headers={"If-Match": stands}, auth=coordinator)
    await evening.hear_referrals()
    visit_id: str = visit.raise_for_status().json()["id"]
    return visit_id


async def test_a_lead_who_is_told_of_a_missed_visitor_reaches_both_and_calls_for_help(
    evening: Evening, as_caller: AsCaller
) -> None:
    desk_id = clock.new_id()
    await evening.desk.client.put(f"/duty-desks/{desk_id}", json=A_DUTY_DESK, auth=evening.lead)
    visit_id = await a_visit(evening, as_caller)

    await evening.passes(minutes=31)

    told = await evening.letters.ask("select recipient from messages where story_kind = 'concern'")
    assert [row.recipient for row in told] == [f"duty-lead/{desk_id}"]
    [listed] = (await evening.get(evening.desk.client, "/concerns"))["items"]
    path = f"/concerns/{listed['id']}"
    await evening.act(f"{path}/acknowledging")
    concern = await evening.get(evening.desk.client, path)
    [supporter] = concern["supporters"]
    assert (supporter["name"], supporter["telephone"]) == ("Sam Testwell", "07700 900456")
    assert (concern["visit"]["id"], concern["visit"]["checked_in_at"]) == (visit_id, None)

    where = f"/referrals/{concern['referral_id']}/concerned-person"
    wanted = {"concern_id": concern["id"], "purpose": "find-visitor"}
    person = await evening.get(evening.referrals, where, **wanted)
    given = a_body(evening.world)["person"]
    reach = ("given_name", "family_name", "telephone")
    assert {name: person[name] for name in reach} == {name: given[name] for name in reach}
    assert (person["address"], person["postcode"]) == (LIVES["address"], "EH16 5XX")

    shared = await evening.act(f"{path}/sharings", EMERGENCY)
    await evening.act(f"{path}/sharings/{shared['id']}/answering")
    await evening.act(f"{path}/deciding", {"decision": "shared", "reason": "Both were found, and are well"})
    assert (await evening.get(evening.desk.client, "/concerns"))["items"] == []
