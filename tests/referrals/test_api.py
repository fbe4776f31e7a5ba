"""Requests in: what is answered, with which status, and who may ask."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from kith_chassis.clock import new_id, now
from kith_referrals.domain.referral import Referral
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.referrals.test_importing import COLUMNS, a_row
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER, World, a_person, a_wish

TODAY = now().date().isoformat()

Speak = Callable[..., Awaitable[httpx.Response]]


def a_body(world: World, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "person": {
            "given_name": "Renée",
            "family_name": "Testwell",
            "birth_date": "1981-02-03",
            "nhs_number": "999 056 8855",
            "postcode": "eh165xx",
            "email": "person@example.org",
            "telephone": "07700 900123",
            "contact_by": ["email"],
        },
        "programme_id": str(world.programme.id),
        "source": "professional",
        "received_on": TODAY,
        "needs": ["isolation", "low-mood", "isolation"],
        "channels": ["telephone"],
        "notes": "Private words.",
        "consent": {"given": True, "recorded_on": TODAY, "how": "spoken", "wording_version": "1"},
    }
    return told | changes


async def post(
    client: httpx.AsyncClient, body: dict[str, Any], auth: httpx.Auth, key: str = "", path: str = "/referrals"
) -> httpx.Response:
    headers = {"Idempotency-Key": key or str(new_id())}
    return await client.post(path, json=body, headers=headers, auth=auth)


def version(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}


async def test_a_referral_is_made_and_says_where_it_is(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    answer = await post(client, a_body(world), referrer)

    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/referrals/{answer.json()['id']}"
    assert answer.json()["status"] == "submitted"


async def test_the_answer_to_a_new_referral_names_nobody(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    answer = await post(client, a_body(world), referrer)

    assert not any(word in answer.text for word in ("Testwell", NHS_NUMBER, "EH16", "example.org", "Private"))


async def test_what_somebody_would_like_to_share_is_kept_told_and_shown(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    theirs = {"profession": ["nursing"], "availability": ["weekday-evening", "weekend"]}

    made = await post(client, a_body(world, connections={**theirs, "faith": []}), referrer)
    shown = await client.get(made.headers["Location"], auth=referrer)

    assert shown.json()["connections"] == {**theirs, "faith": []}
    assert [fact["connections"] for _, fact in await world.told()] == [theirs]


async def test_what_somebody_would_like_to_share_is_in_a_draft_until_it_is_submitted(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    body = a_body(world, connections={"impact": ["fatigue"]})
    consent = body.pop("consent")
    kept = await post(client, body, referrer, path="/referrals/drafts")

    await client.post(
        f"/referrals/{kept.json()['id']}/submission",
        json={"consent": consent},
        auth=referrer,
        headers={"If-Match": kept.headers["ETag"]},
    )

    assert [fact["connections"] for _, fact in await world.told()] == [{"impact": ["fatigue"]}]


async def test_sent_again_with_its_key_it_is_the_same_referral(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    first, again = [await post(client, a_body(world), referrer, key="k-1") for _ in range(2)]

    assert (again.status_code, again.json()) == (201, first.json())
    assert await world.names_told() == ["referral-created"]


async def test_without_a_key_nothing_is_made(client: httpx.AsyncClient, world: World, referrer: httpx.Auth) -> None:
    answer = await client.post("/referrals", json=a_body(world), auth=referrer)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": {"given": False, "how": "spoken"}}, "consent-missing"),
        ({"consent": {"given": True, "how": "spoken"}}, "consent-date-missing"),
        ({"consent": {"given": True, "how": "spoken", "recorded_on": "2999-01-01"}}, "consent-after-today"),
        ({"person": {"family_name": "Testwell", "nhs_number": "9990568856"}}, "identifier-check-digit"),
        ({"person": {"family_name": "Testwell", "nhs_number": "0000000000"}}, "identifier-repeated-digits"),
        ({"person": {"family_name": "Testwell", "hc_number": "9990568856"}}, "identifier-check-digit"),
        ({"person": {"family_name": "Testwell", "chi_number": "3102011234"}}, "chi-date-unreal"),
        (
            {"person": {"family_name": "Testwell", "chi_number": CHI_NUMBER, "birth_date": "1980-01-01"}},
            "chi-date-differs",
        ),
        ({"person": {"family_name": "Testwell", "birth_date": "2999-01-01"}}, "birth-date-after-today"),
        ({"person": {"family_name": "Testwell", "postcode": "nowhere"}}, "postcode-unreadable"),
        ({"programme_id": str(UUID(int=9))}, "programme-unknown"),
        ({"person": {"family_name": " "}}, "request-invalid"),
        ({"person": {"family_name": "Testwell", "email": "nobody"}}, "request-invalid"),
        ({"needs": ["Low mood"]}, "request-invalid"),
        ({"channels": ["pigeon"]}, "request-invalid"),
        ({"connections": {"star-sign": ["leo"]}}, "request-invalid"),
        ({"surprise": True}, "request-invalid"),
    ],
)
async def test_a_referral_that_breaks_a_rule_is_refused_with_its_code(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, changes: dict[str, Any], code: str
) -> None:
    answer = await post(client, a_body(world, **changes), referrer)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "Testwell" not in answer.text


async def test_a_reference_can_be_used_once(client: httpx.AsyncClient, world: World, referrer: httpx.Auth) -> None:
    body = a_body(world, source_reference="P/1")

    answers = [await post(client, body, referrer) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]


async def test_text_is_kept_without_what_no_database_can_hold(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    made = await post(client, a_body(world, notes="Call\x00 later"), referrer)

    read = await client.get(made.headers["Location"], auth=referrer)

    assert read.json()["notes"] == "Call later"


@pytest.mark.parametrize("who", ["referrer", "coordinator"])
async def test_both_organisations_read_the_person_and_what_they_agreed_to(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth, who: str
) -> None:
    made = await post(client, a_body(world), referrer)

    answer = await client.get(made.headers["Location"], auth={"referrer": referrer, "coordinator": coordinator}[who])

    body = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert (body["person"]["family_name"], body["person"]["postcode"]) == ("Testwell", "EH16 5XX")
    assert body["consents"] == dict.fromkeys(("share-referral", "tell-referrer", "contact-person"), "granted")
    assert body["needs"] == ["isolation", "low-mood"]


async def test_the_programmes_organisation_decides_at_the_version_it_saw(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    referral = await world.refer()
    where, yes = f"/referrals/{referral.id}/decision", {"decision": "accept"}

    blind = await client.post(where, json=yes, auth=coordinator)
    stale = await client.post(where, json=yes, auth=coordinator, headers=version(2))
    done = await client.post(where, json=yes, auth=coordinator, headers=version(1))
    twice = await client.post(where, json=yes, auth=coordinator, headers=version(2))

    assert [answer.status_code for answer in (blind, stale, done, twice)] == [428, 412, 200, 409]
    assert (done.json()["status"], done.headers["ETag"]) == ("accepted", '"2"')
    assert twice.json()["code"] == "referral-move-refused"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"decision": "decline"}, "reason-unknown"),
        ({"decision": "decline", "reason": "because"}, "reason-unknown"),
        ({"decision": "accept", "reason": "no-capacity"}, "request-invalid"),
        ({"decision": "perhaps"}, "request-invalid"),
    ],
)
async def test_a_no_needs_a_known_reason_and_a_yes_needs_none(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth, body: dict[str, Any], code: str
) -> None:
    referral = await world.refer()

    answer = await client.post(f"/referrals/{referral.id}/decision", json=body, auth=coordinator, headers=version(1))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_who_referred_may_not_decide(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, referrer: httpx.Auth
) -> None:
    referral = await world.refer()
    callers = [referrer, as_caller("coordinator", organisation_id=world.referrer.id)]

    answers = [
        await client.post(
            f"/referrals/{referral.id}/decision", json={"decision": "accept"}, auth=auth, headers=version(1)
        )
        for auth in callers
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "role-missing"),
        (403, "not-your-programme"),
    ]


async def test_withdrawing_and_closing_answer_where_the_referral_stands(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    one, other = [await world.refer() for _ in range(2)]

    withdrawn = await client.post(f"/referrals/{one.id}/withdrawal", auth=referrer, headers=version(1))
    closed = await client.post(
        f"/referrals/{other.id}/closure", json={"reason": "died"}, auth=coordinator, headers=version(1)
    )

    assert [(answer.status_code, answer.json()["closing_reason"]) for answer in (withdrawn, closed)] == [
        (200, "withdrawn"),
        (200, "died"),
    ]


async def test_when_the_person_stops_sharing_the_programmes_organisation_finds_nothing(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    referral = await world.refer()
    word = {"purpose": "share-referral", "state": "withdrawn", "recorded_on": TODAY, "how": "spoken"}

    told = await client.post(f"/referrals/{referral.id}/consent", json=word, auth=coordinator, headers=version(1))

    assert (told.status_code, told.headers["ETag"], told.json()["status"]) == (200, '"3"', "withdrawn")
    seen = [(await client.get(f"/referrals/{referral.id}", auth=auth)).status_code for auth in (coordinator, referrer)]
    assert seen == [404, 200]
    assert (await client.get("/referrals", auth=coordinator)).json()["items"] == []


async def walk(client: httpx.AsyncClient, auth: httpx.Auth, **asked: str) -> list[str]:
    """Every page of the list, two at a time."""
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await client.get("/referrals", params={"limit": "2", **asked, **after}, auth=auth)).json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


@pytest.mark.parametrize("who", ["referrer", "coordinator", "operator"])
async def test_a_list_is_walked_a_page_at_a_time_in_order_of_making(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, who: str
) -> None:
    made = [str((await world.refer()).id) for _ in range(5)]
    callers = {
        "referrer": as_caller("referrer", organisation_id=world.referrer.id),
        "coordinator": as_caller("coordinator", organisation_id=world.host.id),
        "operator": as_caller("operator"),
    }

    assert await walk(client, callers[who]) == made


async def test_an_organisations_own_referral_to_itself_is_listed_once(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    own = World(world.database, world.host, world.host, world.stranger, world.programme)
    referral = await own.refer(a_person(world.host.id))

    assert await walk(client, as_caller("coordinator", organisation_id=world.host.id)) == [str(referral.id)]


async def test_a_list_can_be_asked_for_a_state_and_a_programme(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    waiting, accepted = await world.refer(), await world.accept(await world.refer())

    found = [
        await walk(client, coordinator, status="submitted"),
        await walk(client, coordinator, status="accepted", programme=str(world.programme.id)),
        await walk(client, coordinator, programme=str(new_id())),
    ]

    assert found == [[str(waiting.id)], [str(accepted.id)], []]


async def test_the_operators_list_gives_no_name_and_no_reference(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    await world.refer(a_person(world.referrer.id, nhs_number=NHS_NUMBER), wish=a_wish(source_reference="P/1"))

    answer = await client.get("/referrals", auth=operator)

    assert answer.json()["items"][0]["source_reference"] is None
    assert not any(private in answer.text for private in ("Testwell", NHS_NUMBER, "P/1"))


async def test_an_operator_never_reads_a_person(client: httpx.AsyncClient, world: World, operator: httpx.Auth) -> None:
    referral = await world.refer()

    assert (await client.get(f"/referrals/{referral.id}", auth=operator)).status_code == 403


async def test_an_operator_who_is_a_member_too_sees_a_members_referrals(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    referral = await world.refer()
    both = as_caller("operator", "coordinator", organisation_id=world.stranger.id)

    answers = [await client.get(path, auth=both) for path in (f"/referrals/{referral.id}", "/referrals")]

    assert (answers[0].status_code, answers[1].json()["items"]) == (404, [])


async def test_the_operator_publishes_and_everybody_reads(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    organisation_id, programme_id = new_id(), new_id()
    organisation = {"name": "Example Kin", "kind": "charity", "contact_email": "kin@example.org"}
    programme = {
        "slug": "relative-experience",
        "organisation_id": str(organisation_id),
        "name": "Relative Experience",
        "model": "one-to-one",
        "formality": "organised",
        "minimum_age": 16,
        "weights": {"experience": 60},
    }

    for _ in range(2):
        made = [
            await client.put(f"/organisations/{organisation_id}", json=organisation, auth=operator),
            await client.put(f"/programmes/{programme_id}", json=programme, auth=operator),
        ]
        assert [answer.status_code for answer in made] == [200, 200]

    read = [
        (await client.get(path, auth=referrer)).json()
        for path in (f"/organisations/{organisation_id}", f"/programmes/{programme_id}")
    ]
    assert read == [answer.json() for answer in made]
    assert [name for name, _ in await world.everything_told()][-2:] == [
        "organisation-published",
        "programme-published",
    ]
    assert "example.org" not in made[0].text


@pytest.mark.parametrize("what", ["organisations", "programmes"])
async def test_what_the_network_has_is_listed(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, what: str
) -> None:
    answer = await client.get(f"/{what}", auth=referrer)

    expected = {"organisations": 3, "programmes": 1}
    assert (answer.status_code, len(answer.json()["items"])) == (200, expected[what])


@pytest.mark.parametrize("what", ["organisations", "programmes"])
async def test_only_the_operator_publishes(
    client: httpx.AsyncClient, as_caller: AsCaller, world: World, what: str
) -> None:
    administrator = as_caller("administrator", organisation_id=world.host.id)

    assert (await client.put(f"/{what}/{new_id()}", json={}, auth=administrator)).status_code == 403


async def test_ages_that_nobody_has_are_refused(client: httpx.AsyncClient, world: World, operator: httpx.Auth) -> None:
    body = {
        "slug": "young",
        "organisation_id": str(world.host.id),
        "name": "Young",
        "model": "group",
        "formality": "formal",
        "minimum_age": 26,
        "maximum_age": 16,
    }

    assert (await client.put(f"/programmes/{new_id()}", json=body, auth=operator)).status_code == 422


def an_import(world: World, *rows: tuple[int, dict[str, str]]) -> dict[str, Any]:
    return {
        "mapping": {
            "organisation": str(world.referrer.id),
            "dialect": {"encoding": "utf-8", "delimiter": ",", "dates": "%Y-%m-%d"},
            "columns": COLUMNS,
            "constants": {"programme": "long-term-conditions", "contact_by": ["email"]},
        },
        "rows": [{"row": number, "cells": cells} for number, cells in rows],
        "file_name": "export.csv",
    }


async def test_imported_rows_are_answered_one_by_one(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    rows = (a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER), a_row(3, Born="31/02/1970"))

    answer = await client.post("/imports/rows", json=an_import(world, *rows), auth=referrer)

    assert answer.status_code == 200
    assert [(row["row"], row["outcome"], row["column"], row["of"]) for row in answer.json()] == [
        (1, "accepted", None, None),
        (2, "possible-duplicate", None, "R/1"),
        (3, "rejected", "Born", None),
    ]


async def test_a_mapping_that_cannot_be_used_refuses_the_request(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    body = an_import(world, a_row(1))
    body["mapping"]["columns"] = body["mapping"]["columns"][:-1]

    answer = await client.post("/imports/rows", json=body, auth=referrer)

    assert (answer.status_code, answer.json()["code"]) == (422, "mapping-unusable")


async def test_more_rows_than_one_transaction_takes_are_refused(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    body = an_import(world, *(a_row(number) for number in range(1, 1002)))

    assert (await client.post("/imports/rows", json=body, auth=referrer)).status_code == 422


async def test_rows_that_wait_are_shown_to_whoever_may_look_into_them(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, referrer: httpx.Auth
) -> None:
    rows = (a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))
    await client.post("/imports/rows", json=an_import(world, *rows), auth=referrer)

    answer = await client.get("/imports/waiting", auth=as_caller("coordinator", organisation_id=world.referrer.id))

    [waiting] = answer.json()["items"]
    assert (waiting["duplicate_of"], waiting["cells"]["Name"]) == ("R/1", "Testwell2, Renée")
    assert "Household" not in waiting["cells"]


async def test_notifications_alone_asks_how_somebody_is_reached(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, operator: httpx.Auth
) -> None:
    person = a_person(world.referrer.id, email="person@example.org", contact_by=("email",))
    referral: Referral = await world.refer(person, now=NOW)
    where = f"/internal/people/{referral.person_id}/contact"

    told = await client.get(where, auth=as_caller("service", "service:notifications"))
    others = [
        (await client.get(where, auth=auth)).status_code
        for auth in (operator, as_caller("service", "service:matching"))
    ]

    assert told.json() == {"name": "Renée Testwell", "email": "person@example.org", "may_email": True}
    assert others == [403, 403]
