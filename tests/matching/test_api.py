from typing import Any

import pytest

from kith_chassis.clock import new_id, new_pseudonym
from tests.builders import a_consent_changed, a_programme_published, a_referral_created
from tests.conftest import AsCaller
from tests.matching.desk import Desk, a_supporter_body


async def test_a_new_supporter_is_created_and_the_same_again_is_not(desk: Desk) -> None:
    path, body = f"/supporters/{new_pseudonym()}", a_supporter_body()

    first, second = await desk.put(path, body), await desk.put(path, body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["ETag"] == second.headers["ETag"] == '"1"'
    assert first.json() == second.json()


async def test_a_supporter_is_changed_at_the_version_that_was_read(desk: Desk) -> None:
    path = f"/supporters/{new_pseudonym()}"
    await desk.put(path, a_supporter_body())

    unnamed = await desk.put(path, a_supporter_body(capacity=5))
    stale = await desk.put(path, a_supporter_body(capacity=5), '"9"')
    changed = await desk.put(path, a_supporter_body(capacity=5), (await desk.get(path)).headers["ETag"])

    assert [unnamed.status_code, stale.status_code, changed.status_code] == [428, 412, 200]
    assert (changed.json()["capacity"], changed.headers["ETag"]) == (5, '"2"')


async def test_to_change_a_supporter_who_is_not_there_is_refused(desk: Desk) -> None:
    answer = await desk.put(f"/supporters/{new_pseudonym()}", a_supporter_body(), '"1"')

    assert (answer.status_code, answer.json()["code"]) == (404, "supporter-not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "Sam\x00Testwell"},
        {"email": "nobody"},
        {"email": "a@example.org\r\nBcc: b@example.org"},
        {"telephone": "call me"},
        {"channels": []},
        {"channels": ["telepathy"]},
        {"languages": []},
        {"districts": ["G12 8QQ"]},
        {"conditions": ["Type 2 Diabetes"]},
        {"capacity": -1},
        {"state": "dismissed"},
        {"gender": "female"},
    ],
)
async def test_a_supporter_that_is_not_as_it_must_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    answer = await desk.put(f"/supporters/{new_pseudonym()}", a_supporter_body(**wrong))

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


async def test_supporters_are_listed_page_by_page(desk: Desk) -> None:
    ids = {await desk.a_supporter() for _ in range(3)}

    first = (await desk.get("/supporters", params={"limit": 2})).json()
    second = (await desk.get("/supporters", params={"limit": 2, "after": first["next"]})).json()

    assert {one["id"] for one in first["items"] + second["items"]} == ids
    assert second["next"] is None


async def test_from_waiting_to_the_ending(desk: Desk) -> None:
    referral = await desk.a_referral()
    supporter_id = await desk.a_supporter()
    (waiting,) = (await desk.get("/waiting")).json()["items"]
    (candidate,) = (await desk.get(f"/referrals/{waiting['id']}/candidates")).json()["candidates"]
    assert (candidate["supporter_id"], candidate["score"]) == (supporter_id, 40 + 30 + 10 + 10)

    proposed = await desk.a_proposal(referral, candidate["supporter_id"])
    where = proposed.headers["Location"]
    agreed = await desk.answered(where, "person", "yes", proposed.headers["ETag"])
    matched = await desk.answered(where, "supporter", "yes", agreed.headers["ETag"])
    match = await desk.get(f"/matches/{matched.json()['match_id']}")
    session = await desk.create(
        "/sessions",
        {
            "kind": "one-to-one",
            "match_id": match.json()["id"],
            "held_on": desk.today,
            "minutes": 45,
            "channel": "telephone",
        },
    )
    ended = await desk.change(f"/matches/{match.json()['id']}/ending", {"ending": "planned"}, match.headers["ETag"])

    assert [agreed.json()["state"], matched.json()["state"]] == ["awaiting-supporter", "agreed"]
    assert (await desk.get(session.headers["Location"])).json() == session.json()
    assert (ended.json()["ending"], ended.headers["ETag"]) == ("planned", '"2"')
    assert (await desk.get("/matches")).json()["items"] == [ended.json()]
    assert [type(fact).__name__ for fact in await desk.stage.told()] == [
        "SupporterChanged",
        "MatchProposed",
        "ProposalAnswered",
        "ProposalAnswered",
        "MatchMade",
        "SessionLogged",
        "MatchEnded",
    ]


async def test_the_card_shows_what_is_needed_to_answer_and_not_who_it_is(desk: Desk) -> None:
    referral = await desk.a_referral(needs=("isolation",), conditions=("diabetes",))
    proposed = await desk.a_proposal(referral)

    card = (await desk.get(proposed.headers["Location"])).json()["card"]

    assert card == {
        "programme_name": desk.programme.programme_name,
        "age_band": "35-44",
        "district": "G12",
        "language": "en",
        "needs": ["isolation"],
        "interests": [],
        "channels": ["in-person", "telephone"],
    }


async def test_the_card_goes_with_the_consent(desk: Desk) -> None:
    referral = await desk.a_referral()
    proposed = await desk.a_proposal(referral)

    await desk.stage.hear(a_consent_changed(referral))

    after = (await desk.get(proposed.headers["Location"])).json()
    assert (after["card"], after["state"]) == (None, "withdrawn")


async def test_who_is_blocked_is_shown_with_every_rule_and_what_would_change_it(desk: Desk) -> None:
    referral = await desk.a_referral(requested=("women-only",))
    await desk.a_supporter(state="paused", languages=["cy"])

    shown = (await desk.get(f"/referrals/{referral.referral_id}/candidates")).json()

    assert shown["candidates"] == []
    (blocked,) = shown["blocked"]
    assert [stop["code"] for stop in blocked["stops"]] == [
        "supporter-not-active",
        "request-not-met",
        "language-not-shared",
    ]
    assert all(stop["message"].endswith(".") for stop in blocked["stops"])
    assert shown["stopped_by"] == {"supporter-not-active": 1, "request-not-met": 1, "language-not-shared": 1}


async def test_a_proposal_that_a_rule_stops_is_refused_by_its_code(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter(capacity=0)

    answer = await desk.create("/proposals", {"referral_id": str(referral.referral_id), "supporter_id": supporter_id})

    assert (answer.status_code, answer.json()["code"]) == (409, "no-capacity")


async def test_a_refused_proposal_leaves_its_key_free(desk: Desk) -> None:
    referral, supporter_id = await desk.a_referral(), await desk.a_supporter(capacity=0)
    body = {"referral_id": str(referral.referral_id), "supporter_id": supporter_id}
    await desk.create("/proposals", body, key="one-key")
    await desk.put(f"/supporters/{supporter_id}", a_supporter_body(desk.programme.programme_id), '"1"')

    assert (await desk.create("/proposals", body, key="one-key")).status_code == 201


async def test_the_same_create_sent_again_is_done_once(desk: Desk) -> None:
    body = {"programme_id": str(desk.programme.programme_id), "held_on": desk.today, "kind": "outreach", "people": 4}

    first, second = await desk.create("/contacts", body, key="a-key"), await desk.create("/contacts", body, key="a-key")

    assert first.headers["Location"] == second.headers["Location"]
    assert (await desk.get(first.headers["Location"])).json() == first.json()
    assert len(await desk.stage.told()) == 1


@pytest.mark.parametrize("path", ["/proposals", "/sessions", "/contacts"])
async def test_a_create_without_a_key_is_refused(desk: Desk, path: str) -> None:
    bodies = {
        "/proposals": {"referral_id": str(new_id()), "supporter_id": str(new_pseudonym())},
        "/sessions": {
            "kind": "one-to-one",
            "match_id": str(new_id()),
            "held_on": desk.today,
            "minutes": 1,
            "channel": "text",
        },
        "/contacts": {"programme_id": str(new_id()), "held_on": desk.today, "kind": "outreach", "people": 4},
    }

    answer = await desk.client.post(path, json=bodies[path], auth=desk.auth)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_an_answer_and_an_ending_name_the_version_they_are_about(desk: Desk) -> None:
    where = (await desk.a_proposal()).headers["Location"]
    match_id = await desk.a_match()

    assert (await desk.answered(where, "person", "yes", None)).status_code == 428
    assert (await desk.answered(where, "person", "yes", '"2"')).status_code == 412
    assert (await desk.change(f"/matches/{match_id}/ending", {"ending": "planned"}, None)).status_code == 428
    assert (await desk.change(f"/matches/{match_id}/ending", {"ending": "planned"}, '"2"')).status_code == 412


async def test_a_supporter_is_not_asked_before_the_person(desk: Desk) -> None:
    proposed = await desk.a_proposal()

    answer = await desk.answered(proposed.headers["Location"], "supporter", "yes", proposed.headers["ETag"])

    assert (answer.status_code, answer.json()["code"]) == (409, "person-answers-first")


async def test_a_meeting_is_logged_with_many(desk: Desk) -> None:
    people = [str((await desk.a_referral()).referral_id) for _ in range(3)]
    body = {
        "kind": "group",
        "group_id": str(new_id()),
        "programme_id": str(desk.programme.programme_id),
        "held_on": desk.today,
        "minutes": 120,
        "channel": "in-person",
        "attended_referral_ids": people,
    }

    logged = await desk.create("/sessions", body)

    assert logged.status_code == 201
    assert sorted(logged.json()["attended_referral_ids"]) == sorted(people)
    assert (await desk.get(logged.headers["Location"])).json() == logged.json()


async def test_what_took_place_is_listed_page_by_page(desk: Desk) -> None:
    programme_id, group_id = str(desk.programme.programme_id), str(new_id())
    contact = {"programme_id": programme_id, "held_on": desk.today, "kind": "drop-in", "people": 3}
    meeting = {
        "kind": "group",
        "group_id": group_id,
        "programme_id": programme_id,
        "held_on": desk.today,
        "minutes": 120,
        "channel": "in-person",
    }
    for path, body in (("/sessions", meeting), ("/contacts", contact)):
        logged = [(await desk.create(path, body)).json() for _ in range(3)]

        first = (await desk.get(path, params={"limit": 2})).json()
        second = (await desk.get(path, params={"limit": 2, "after": first["next"]})).json()

        assert first["items"] + second["items"] == logged
        assert second["next"] is None


async def test_a_referral_of_an_unknown_programme_has_no_candidates_yet(desk: Desk) -> None:
    unknown = a_programme_published(organisation_id=desk.stage.organisation_id)
    referral = await desk.stage.an_accepted_referral(unknown)

    answer = await desk.get(f"/referrals/{referral.referral_id}/candidates")

    assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")


async def test_a_referral_that_is_not_accepted_has_no_candidates(desk: Desk) -> None:
    referral = a_referral_created(desk.programme)
    await desk.stage.hear(referral)

    answer = await desk.get(f"/referrals/{referral.referral_id}/candidates")

    assert (answer.status_code, answer.json()["code"]) == (409, "referral-not-accepted")


async def test_notifications_may_ask_how_a_supporter_is_reached(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id = await desk.a_supporter()

    answer = await desk.client.get(
        f"/internal/supporters/{supporter_id}/contact", auth=as_caller("service", "service:notifications")
    )

    assert answer.json() == {
        "supporter_id": supporter_id,
        "name": "Sam Testwell",
        "email": "sam.testwell@example.org",
        "telephone": "07700 900456",
        "may_email": True,
    }
    assert answer.headers["Cache-Control"] == "no-store"


async def test_somebody_who_left_is_not_written_to(desk: Desk, as_caller: AsCaller) -> None:
    supporter_id = await desk.a_supporter(state="left")

    answer = await desk.client.get(
        f"/internal/supporters/{supporter_id}/contact", auth=as_caller("service", "service:notifications")
    )

    assert answer.json()["may_email"] is False
