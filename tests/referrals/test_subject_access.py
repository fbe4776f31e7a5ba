"""Somebody asks what is known of them: by when they are answered, what they are given, and what is not theirs."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.domain import lifecycle, subject_access
from kith_referrals.domain.access_refusals import AskedAfterToday, ClosedBeforeAsked, RequestClosed
from kith_referrals.domain.nations import Nation, is_working_day
from kith_referrals.domain.subject_access import Outcome, Withheld, due_on, withheld
from tests.builders import TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import TODAY as TODAY_TEXT
from tests.referrals.test_api import post, version
from tests.referrals.world import World, a_person, a_wish

DAYS = st.dates(date(2000, 1, 1), date(2199, 11, 30))
NATIONS = st.sampled_from(Nation)


@pytest.mark.parametrize(
    ("asked", "nation", "due"),
    [
        ("2026-09-01", Nation.ENGLAND, "2026-10-01"),
        ("2026-09-03", Nation.ENGLAND, "2026-10-05"),  # 3 October 2026 is a Saturday
        ("2026-01-31", Nation.WALES, "2026-03-02"),  # 28 February 2026 is a Saturday
        ("2028-01-31", Nation.ENGLAND, "2028-02-29"),
        ("2026-12-30", Nation.ENGLAND, "2027-02-01"),  # 30 January 2027 is a Saturday
        ("2026-11-25", Nation.ENGLAND, "2026-12-29"),  # Friday, 25 December; Boxing Day is kept on the Monday
        ("2026-12-01", Nation.ENGLAND, "2027-01-04"),  # Friday, 1 January
        ("2026-12-01", Nation.SCOTLAND, "2027-01-05"),  # where 2 January is kept on the Monday
        ("2027-02-17", Nation.NORTHERN_IRELAND, "2027-03-18"),  # St Patrick's Day
    ],
)
def test_the_answer_is_due_a_calendar_month_later_on_a_working_day(asked: str, nation: Nation, due: str) -> None:
    assert due_on(date.fromisoformat(asked), nation) == date.fromisoformat(due)


@given(DAYS, NATIONS)
def test_it_is_due_on_the_first_working_day_once_a_month_is_over(asked: date, nation: Nation) -> None:
    due = due_on(asked, nation)

    assert is_working_day(due, nation)
    assert 28 <= (due - asked).days <= 35
    assert (due.year * 12 + due.month) - (asked.year * 12 + asked.month) in {1, 2}
    over = due
    while not (over.day == asked.day or (over + timedelta(days=1)).day == 1):
        over -= timedelta(days=1)
        assert not is_working_day(over, nation)


@given(DAYS, st.integers(0, 400), NATIONS)
def test_who_asks_later_is_never_answered_earlier(asked: date, days: int, nation: Nation) -> None:
    assert due_on(asked, nation) <= due_on(asked + timedelta(days=days), nation)


def test_a_request_is_neither_of_tomorrow_nor_closed_twice_nor_before_it_was_asked() -> None:
    def ask(day: date) -> subject_access.Request:
        return subject_access.ask(
            new_id(), uuid4(), new_id(), asked_on=day, nation=Nation.WALES, by="somebody", today=TODAY
        )

    request = ask(TODAY)
    with pytest.raises(AskedAfterToday):
        ask(TODAY + timedelta(days=1))
    with pytest.raises(ClosedBeforeAsked):
        subject_access.close(request, Outcome.GIVEN, TODAY - timedelta(days=1), TODAY)
    with pytest.raises(AskedAfterToday):
        subject_access.close(request, Outcome.GIVEN, TODAY + timedelta(days=1), TODAY)
    with pytest.raises(RequestClosed):
        subject_access.close(subject_access.close(request, Outcome.GIVEN, TODAY, TODAY), Outcome.REFUSED, TODAY, TODAY)


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


async def somebody(world: World) -> UUID:
    """Referred with notes, asked about by the programme's organisation, answered by the one that referred."""
    person = a_person(world.referrer.id, email="person@example.org")
    referral = await world.refer(person, wish=a_wish(notes="Our notes.", conditions=("diabetes",)))
    asked = await world.move(referral, lifecycle.ask, world.host, "Their question.")
    await world.move(asked, lifecycle.answer, world.referrer, "Our answer.")
    return person.id


async def request_of(client: httpx.AsyncClient, person_id: UUID, auth: httpx.Auth) -> dict[str, Any]:
    answer = await post(client, {"asked_on": TODAY_TEXT}, auth, path=f"/people/{person_id}/subject-access")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def record_of(client: httpx.AsyncClient, request_id: str, auth: httpx.Auth) -> dict[str, list[dict[str, Any]]]:
    answer = await client.get(f"/subject-access-requests/{request_id}/record", auth=auth)
    assert answer.status_code == 200, answer.text
    return {part["section"]: part["rows"] for part in answer.json()["sections"]}


async def test_everything_is_given_that_is_the_organisations_own(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    person_id = await somebody(world)
    record = await record_of(client, (await request_of(client, person_id, administrator))["id"], administrator)

    assert [row["family_name"] for row in record["person"]] == ["Testwell"]
    assert [(row["notes"], row["conditions"]) for row in record["referrals"]] == [("Our notes.", ["diabetes"])]
    assert {row["purpose"] for row in record["consents"]} == {"share-referral", "tell-referrer", "contact-person"}
    assert [row["asked_on"] for row in record["requests"]] == [TODAY_TEXT]


async def test_what_went_wrong_and_complaints_are_given_by_whoever_logged_them(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    referral = await world.accept(await world.refer())
    about = {"referral_id": str(referral.id)}
    breach = {"what": ["lost"], "found_at": f"{TODAY_TEXT}T00:00:00Z", **about}
    complaint = {"category": "waiting", "received_on": TODAY_TEXT, "answer_by": TODAY_TEXT, **about}
    host = as_caller("administrator", organisation_id=world.host.id)
    for auth, words in ((administrator, "Ours."), (host, "Theirs.")):
        assert (await post(client, {**breach, "note": words}, auth, path="/breaches")).status_code == 201
        assert (await post(client, {**complaint, "words": words}, auth, path="/complaints")).status_code == 201
    record = await record_of(client, (await request_of(client, referral.person_id, administrator))["id"], administrator)

    assert [(row["what"], row["note"]) for row in record["breaches"]] == [(["lost"], "Ours.")]
    assert [(row["category"], row["words"]) for row in record["complaints"]] == [("waiting", "Ours.")]


async def test_the_words_of_another_organisation_are_marked_and_not_dropped(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    person_id = await somebody(world)
    record = await record_of(client, (await request_of(client, person_id, administrator))["id"], administrator)

    notes = [row["note"] for row in record["steps"] if row["note"]]
    assert notes == [withheld(Withheld.ANOTHER_AUTHOR), "Our answer."]
    assert {str(row["subject"]) for row in record["steps"]} == {str(withheld(Withheld.STAFF))}


async def test_the_programmes_organisation_gives_its_own_words_and_not_the_referrers(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    host = as_caller("administrator", organisation_id=world.host.id)
    person_id = await somebody(world)
    record = await record_of(client, (await request_of(client, person_id, host))["id"], host)

    assert [row["notes"] for row in record["referrals"]] == [withheld(Withheld.ANOTHER_AUTHOR)]
    assert [row["note"] for row in record["steps"] if row["note"]] == [
        "Their question.",
        withheld(Withheld.ANOTHER_AUTHOR),
    ]


async def test_of_a_household_others_are_not_given(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    person_id, carer_id = await somebody(world), await somebody(world)
    household = (await post(client, {"others": {"family": 2}}, administrator, path="/households")).json()["id"]
    for at, one in enumerate((person_id, carer_id), start=1):
        path = f"/households/{household}/members/{one}"
        assert (await client.put(path, json={}, headers=version(at), auth=administrator)).is_success

    record = await record_of(client, (await request_of(client, person_id, administrator))["id"], administrator)

    assert [row["other_members"] for row in record["household"]] == [withheld(Withheld.ANOTHER_PERSON)]
    assert str(carer_id) not in str(record)


async def test_a_request_is_listed_with_its_day_and_closed_with_its_outcome(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    request = await request_of(client, await somebody(world), administrator)
    path = f"/subject-access-requests/{request['id']}"
    body = {"closed_on": TODAY_TEXT, "outcome": "given"}
    closed = await client.post(f"{path}/closure", json=body, headers=version(1), auth=administrator)
    again = await client.get(f"{path}/record", auth=administrator)

    listed = (await client.get("/subject-access-requests", auth=administrator)).json()["items"]
    assert request["due_on"] == due_on(date.fromisoformat(TODAY_TEXT), Nation.ENGLAND).isoformat()
    assert [(one["id"], one["due_on"], one["outcome"]) for one in listed] == [
        (request["id"], request["due_on"], "given")
    ]
    assert closed.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "request-closed")


async def test_who_cannot_see_somebody_cannot_ask_for_them(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    stranger = as_caller("administrator", organisation_id=world.stranger.id)
    person_id = await somebody(world)

    refused = await post(client, {"asked_on": TODAY_TEXT}, stranger, path=f"/people/{person_id}/subject-access")

    assert refused.status_code == 404
