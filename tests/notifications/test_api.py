"""What operators see of messages, and nobody else."""

from uuid import UUID

import httpx
import pytest

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from kith_contracts.referrals import ReferralCreated
from kith_notifications import views
from kith_notifications.incoming import on_facts
from tests.builders import a_match_made, a_match_proposed, a_referral_created, a_supporter_changed, received
from tests.conftest import AsCaller, DatabaseOf, HttpOf

ROUTES = [f"/messages?story={UUID(int=1)}", "/messages/summary"]


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("notifications")


@pytest.fixture
async def operator(http_of: HttpOf, database: Database, as_caller: AsCaller) -> httpx.AsyncClient:
    return await http_of("notifications", database=database, auth=as_caller("operator"))


async def a_match(database: Database) -> ReferralCreated:
    referral = a_referral_created()
    match = a_match_made(a_match_proposed(referral, a_supporter_changed()))
    async with database.network_transaction() as tx:
        await on_facts(tx, [received(referral), received(match)])
    return referral


async def test_an_operator_sees_who_is_told_of_a_story(database: Database, operator: httpx.AsyncClient) -> None:
    referral = await a_match(database)
    await a_match(database)

    answer = await operator.get("/messages", params={"story": f"referral/{referral.referral_id}"})

    assert sorted(item["recipient"].partition("/")[0] for item in answer.json()["items"]) == [
        "person",
        "programme",
        "referrer",
        "referrer",
        "supporter",
    ]


async def test_a_long_story_comes_a_page_at_a_time(database: Database, operator: httpx.AsyncClient) -> None:
    referral = await a_match(database)
    asked = {"story": str(referral.referral_id), "limit": "3"}

    first = (await operator.get("/messages", params=asked)).json()
    second = (await operator.get("/messages", params=asked | {"after": first["next"]})).json()

    assert len({item["id"] for item in first["items"] + second["items"]}) == 5
    assert second["next"] is None


async def test_the_summary_counts_by_state(database: Database, operator: httpx.AsyncClient) -> None:
    await a_match(database)

    summary = (await operator.get("/messages/summary")).json()

    assert summary.pop("oldest_due") is not None
    pending = {"story_kind": "referral", "state": "pending", "code": None, "messages": 5}
    assert summary == {"counts": [pending], "resends": 0, "waiting": 0}


async def test_the_summary_of_nothing_is_nothing(operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/messages/summary")).json() == {
        "counts": [],
        "resends": 0,
        "waiting": 0,
        "oldest_due": None,
    }


@pytest.mark.parametrize("story", ["", "referral/", "somebody@example.org", "match/" + str(UUID(int=1))])
async def test_what_is_no_story_is_refused(operator: httpx.AsyncClient, story: str) -> None:
    assert (await operator.get("/messages", params={"story": story})).status_code == 422


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("role", ["referrer", "coordinator", "administrator"])
async def test_no_role_of_an_organisation_may_ask(
    http_of: HttpOf, database: Database, as_caller: AsCaller, role: str, route: str
) -> None:
    referral = await a_match(database)
    theirs = as_caller(role, organisation_id=referral.referring_organisation_id)
    client = await http_of("notifications", database=database, auth=theirs)

    answer = await client.get(route.replace(str(UUID(int=1)), str(referral.referral_id)))

    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")


@pytest.mark.parametrize("route", ROUTES)
async def test_without_a_token_nobody_may_ask(http_of: HttpOf, database: Database, route: str) -> None:
    assert (await (await http_of("notifications", database=database)).get(route)).status_code == 401


async def test_a_transaction_of_an_organisation_sees_no_row_even_after_one_of_the_network(database: Database) -> None:
    referral = await a_match(database)
    theirs = Caller("tester", referral.referring_organisation_id, frozenset({"administrator"}), "tester")
    nobody = Caller("tester", None, frozenset(), "tester")

    for caller in (theirs, nobody):
        async with database.transaction(caller) as tx:
            assert await views.list_messages(tx, referral.story, after=None, limit=50) == []
            assert await views.count_messages(tx) == []


async def test_a_story_nobody_knows_is_an_empty_page(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/messages", params={"story": str(new_id())})

    assert answer.json() == {"items": [], "next": None}
