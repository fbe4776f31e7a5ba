"""What a service holds about somebody is answered to an operator alone, and asking is on the record."""

import httpx
import pytest

from tests.conftest import AsCaller, HttpOf
from tests.referrals.world import World, on_the_record


async def test_an_operator_learns_which_rows_there_are_and_no_word_of_them(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    referral = await world.refer()

    answer = await client.post("/operations/holdings", json={"people": [str(referral.person_id)]}, auth=operator)

    held = answer.json()
    assert [(one["kind"], one["tombstone"]) for one in held["holdings"]] == [("person", False), ("referral", False)]
    assert (held["service"], held["erased"]) == ("referrals", [])
    assert "Testwell" not in answer.text
    assert [entry["action"] for entry in await on_the_record(world, referral.person_id)] == ["holdings-read"]


@pytest.mark.parametrize("role", ["referrer", "coordinator", "administrator", "service:notifications"])
async def test_nobody_else_asks(client: httpx.AsyncClient, world: World, as_caller: AsCaller, role: str) -> None:
    auth = as_caller(role, organisation_id=world.referrer.id)

    answer = await client.post("/operations/holdings", json={"people": [str(world.host.id)]}, auth=auth)

    assert answer.status_code == 403


@pytest.mark.parametrize("service", ["matching", "notifications", "reporting"])
async def test_every_service_answers(http_of: HttpOf, operator: httpx.Auth, world: World, service: str) -> None:
    client = await http_of(service, auth=operator)

    answer = await client.post("/operations/holdings", json={"people": [str(world.host.id)]})

    assert answer.json() == {"service": service, "holdings": [], "erased": []}
