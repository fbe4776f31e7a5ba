"""People's records as requests see them: statuses, versions, and what is shown to whom."""

from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id
from tests.conftest import AsCaller
from tests.referrals.test_api import TODAY, a_body, post, version
from tests.referrals.world import World


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


async def refer(client: httpx.AsyncClient, world: World, auth: httpx.Auth, **changes: Any) -> dict[str, Any]:
    body = a_body(world)
    found: dict[str, Any] = (await post(client, body | {"person": body["person"] | changes}, auth)).json()
    return found


async def test_two_records_are_compared_joined_and_taken_apart(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    one = await refer(client, world, administrator)
    other = await refer(client, world, administrator, family_name="Tetswell", nhs_number=None)
    where = f"/people/{other['person_id']}"

    beside = (await client.get(f"{where}/likenesses", auth=administrator)).json()
    read = await client.get(where, auth=administrator)
    body = {"into": one["person_id"], "reason": "Both wrote to us."}
    blind = await client.post(f"{where}/merge", json=body, auth=administrator)
    merged = await client.post(f"{where}/merge", json=body, auth=administrator, headers=version(1))
    again = await client.post(f"{where}/merge", json=body, auth=administrator, headers=version(2))
    shown = (await client.get(f"/referrals/{other['id']}", auth=administrator)).json()
    apart = await client.post(
        f"{where}/unmerge", json={"reason": "Two people."}, auth=administrator, headers=version(2)
    )

    assert beside["person"]["family_name"] == "Tetswell"
    assert [(like["id"], like["likeness"]) for like in beside["likenesses"]] == [(one["person_id"], "slip")]
    assert read.headers["ETag"] == '"1"'
    assert [answer.status_code for answer in (blind, merged, again, apart)] == [428, 200, 409, 200]
    assert again.json()["code"] == "person-merged"
    assert (merged.json()["merged_into"], merged.headers["ETag"]) == (one["person_id"], '"2"')
    assert (shown["person_id"], shown["person"]["id"]) == (other["person_id"], one["person_id"])
    assert shown["person"]["family_name"] == "Testwell"
    assert apart.json()["merged_into"] is None


async def test_a_merged_persons_record_shows_the_other_and_says_so(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    one, other = await refer(client, world, administrator), await refer(client, world, administrator, email=None)
    body = {"into": one["person_id"], "reason": "The same number."}
    await client.post(f"/people/{other['person_id']}/merge", json=body, auth=administrator, headers=version(1))

    read = await client.get(f"/people/{other['person_id']}", auth=administrator)

    told = read.json()
    assert (told["id"], told["merged_into"], told["person"]["id"]) == (
        other["person_id"],
        one["person_id"],
        one["person_id"],
    )
    assert (told["person"]["email"], read.headers["ETag"]) == ("person@example.org", '"2"')


async def test_a_pair_is_kept_apart_once_however_often_it_is_sent(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    one, other = [await refer(client, world, administrator) for _ in range(2)]
    where, key = f"/people/{one['person_id']}", {"Idempotency-Key": str(new_id())}
    body = {"other": other["person_id"], "reason": "Twins."}

    answers = [await client.post(f"{where}/kept-apart", json=body, auth=administrator, headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (await client.get(answers[0].headers["Location"], auth=administrator)).json()["likenesses"] == []


@pytest.mark.parametrize("path", ["/referrals/{id}", "/people/{person_id}", "/people/{person_id}/likenesses"])
async def test_a_restricted_record_is_read_by_whoever_says_why(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, coordinator: httpx.Auth, path: str
) -> None:
    referral = await refer(client, world, administrator)
    where = f"/people/{referral['person_id']}/restriction"
    body = {"restricted": True, "reason": "A colleague."}
    refused = await client.post(where, json=body, auth=coordinator, headers=version(1))
    done = await client.post(where, json=body, auth=administrator, headers=version(1))
    reasons: list[dict[str, str]] = [
        {},
        {"Kith-Reason": " "},
        {"Kith-Reason": "x" * 201},
        {"Kith-Reason": "They rang."},
    ]

    answers = [await client.get(path.format(**referral), auth=coordinator, headers=reason) for reason in reasons]

    assert (refused.status_code, done.json()["restricted"]) == (403, True)
    assert [answer.status_code for answer in answers] == [403, 422, 422, 200]
    assert answers[0].json()["code"] == "record-restricted"
    assert "Testwell" not in answers[0].text


async def test_a_death_is_one_request_that_stops_everything(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, coordinator: httpx.Auth
) -> None:
    referral = await refer(client, world, administrator)
    where = f"/people/{referral['person_id']}"

    done = await client.post(f"{where}/death", json={"died_on": TODAY}, auth=coordinator, headers=version(1))
    twice = await client.post(f"{where}/death", json={"died_on": TODAY}, auth=coordinator, headers=version(2))

    assert [(one["id"], one["closing_reason"]) for one in done.json()["closed"]] == [(referral["id"], "died")]
    assert (done.json()["died_on"], done.headers["ETag"]) == (TODAY, '"2"')
    assert (twice.status_code, twice.json()["code"]) == (409, "person-died")
    for path in (where, f"/referrals/{referral['id']}"):
        person = (await client.get(path, auth=administrator)).json()["person"]
        assert (person["died_on"], person["do_not_contact"], person["contact_by"]) == (TODAY, True, [])


async def test_who_must_not_be_contacted_has_no_channel(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    body = a_body(world)

    answer = await post(client, body | {"person": body["person"] | {"do_not_contact": True}}, administrator)

    assert (answer.status_code, answer.json()["code"]) == (422, "do-not-contact-has-channels")
