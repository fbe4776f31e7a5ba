"""A create that is sent again is done once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from kith_chassis.database import Database
from kith_chassis.http import forget_answers, forget_old_keys
from tests.chassis import an_edge
from tests.chassis.an_issuer import AnIssuer, Clock
from tests.conftest import DatabaseOf, HttpOf, SettingsOf

MINE, THEIRS = UUID(int=1), UUID(int=2)


@pytest.fixture
def provider() -> AnIssuer:
    return AnIssuer(Clock())


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("chassis")


@pytest.fixture
def app(settings_of: SettingsOf, provider: AnIssuer, database: Database) -> FastAPI:
    return an_edge.an_edge(settings_of, provider, database)


@pytest.fixture
async def client(http_of: HttpOf, app: FastAPI, provider: AnIssuer) -> httpx.AsyncClient:
    client = await http_of(app)
    client.headers["authorization"] = f"Bearer {provider.token(sub='mine')}"
    return client


def a_note(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "organisation_id": str(MINE), **changes}


async def notes_in(database: Database) -> int:
    async with database.network_transaction() as tx:
        return int((await tx.execute(sa.text("select count(*) from notes"))).scalar_one())


async def keys_in(database: Database) -> int:
    async with database.network_transaction() as tx:
        return int((await tx.execute(sa.text("select count(*) from idempotency_keys"))).scalar_one())


def key(text: str = "key-1") -> dict[str, str]:
    return {"idempotency-key": text}


async def test_a_create_answers_where_the_thing_is(client: httpx.AsyncClient) -> None:
    note = a_note()

    answer = await client.post("/notes", json=note, headers=key())

    assert (answer.status_code, answer.headers["location"], answer.headers["etag"], answer.json()) == (
        201,
        f"/notes/{note['id']}",
        '"1"',
        {"id": note["id"]},
    )


async def test_the_same_create_again_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    note = a_note()
    first = await client.post("/notes", json=note, headers=key())

    again = await client.post("/notes", json=note, headers=key())

    assert (again.status_code, again.content, again.headers) == (first.status_code, first.content, first.headers)


async def test_the_same_create_again_does_nothing(client: httpx.AsyncClient, database: Database) -> None:
    note = a_note()
    await client.post("/notes", json=note, headers=key())

    await client.post("/notes", json=note, headers=key())

    assert await notes_in(database) == 1


async def test_what_would_be_done_twice_is_done_once(client: httpx.AsyncClient, database: Database) -> None:
    note = a_note()
    first = await client.post("/notes?anew=yes", json=note, headers=key())

    again = await client.post("/notes?anew=yes", json=note, headers=key())

    assert (again.content, await notes_in(database)) == (first.content, 1)


@pytest.mark.parametrize("fails", ["refused", "fault", "defect"])
async def test_what_would_now_fail_gets_the_first_answer_again(client: httpx.AsyncClient, fails: str) -> None:
    note = a_note()
    first = await client.post("/notes", json=note, headers=key())

    again = await client.post(f"/notes?fails={fails}", json=note, headers=key())

    assert (again.status_code, again.content) == (first.status_code, first.content)


async def test_callers_whose_names_run_together_are_not_taken_for_one(
    client: httpx.AsyncClient, provider: AnIssuer
) -> None:
    one, other = (provider.token(azp=azp, sub=sub) for azp, sub in (("app a", "b"), ("app", "a b")))
    await client.post("/notes", json=a_note(), headers={**key(), "authorization": f"Bearer {one}"})

    answer = await client.post("/notes", json=a_note(), headers={**key(), "authorization": f"Bearer {other}"})

    assert answer.status_code == 201


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/notes", json=a_note(), headers=key())

    other = await client.post("/notes", json=a_note(), headers=key())

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("claims", [{"sub": "theirs"}, {"azp": "another-app"}, {"kith_organisation": str(THEIRS)}])
async def test_a_key_counts_for_its_caller_alone(
    client: httpx.AsyncClient, provider: AnIssuer, claims: dict[str, Any]
) -> None:
    await client.post("/notes", json=a_note(), headers=key())
    token = provider.token(**{"sub": "mine", **claims})

    theirs = await client.post("/notes", json=a_note(), headers={**key(), "authorization": f"Bearer {token}"})

    assert theirs.status_code == 201


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "idempotency-key-missing"),
        ({"idempotency-key": ""}, "idempotency-key-malformed"),
        ({"idempotency-key": "two words"}, "idempotency-key-malformed"),
        ({"idempotency-key": "k" * 256}, "idempotency-key-malformed"),
    ],
)
async def test_a_create_without_a_proper_key_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    answer = await client.post("/notes", json=a_note(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("fails", ["refused", "fault", "defect"])
async def test_a_create_that_failed_leaves_its_key_free(
    client: httpx.AsyncClient, database: Database, fails: str
) -> None:
    note = a_note()
    await client.post(f"/notes?fails={fails}", json=note, headers=key())

    again = await client.post("/notes", json=note, headers=key())

    assert (again.status_code, await notes_in(database)) == (201, 1)


async def test_a_create_whose_first_is_still_in_flight_is_told_so(client: httpx.AsyncClient, app: FastAPI) -> None:
    note = a_note()
    first = asyncio.create_task(client.post("/notes?fails=waits", json=note, headers=key()))
    await app.state.inside.wait()

    again = await client.post("/notes", json=note, headers=key())
    app.state.go_on.set()

    assert (again.status_code, again.json()["code"], (await first).status_code) == (
        409,
        "idempotency-key-in-flight",
        201,
    )


async def test_many_at_once_make_one_thing(client: httpx.AsyncClient, database: Database) -> None:
    note = a_note()

    answers = await asyncio.gather(*(client.post("/notes", json=note, headers=key()) for _ in range(20)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await notes_in(database) == 1


async def test_a_key_is_free_after_a_day(client: httpx.AsyncClient, provider: AnIssuer) -> None:
    await client.post("/notes", json=a_note(), headers=key())
    provider.clock.move(hours=24)
    client.headers["authorization"] = f"Bearer {provider.token(sub='mine')}"

    answer = await client.post("/notes", json=a_note(), headers=key())

    assert answer.status_code == 201


async def test_a_key_holds_for_a_day(client: httpx.AsyncClient, provider: AnIssuer) -> None:
    await client.post("/notes", json=a_note(), headers=key())
    provider.clock.move(hours=23.9)
    client.headers["authorization"] = f"Bearer {provider.token(sub='mine')}"

    answer = await client.post("/notes", json=a_note(), headers=key())

    assert answer.json()["code"] == "idempotency-key-reused"


async def test_old_answers_are_forgotten(client: httpx.AsyncClient, provider: AnIssuer, database: Database) -> None:
    start = provider.clock.time
    await client.post("/notes", json=a_note(), headers=key("old"))
    provider.clock.move(hours=12)
    client.headers["authorization"] = f"Bearer {provider.token(sub='mine')}"
    await client.post("/notes", json=a_note(), headers=key("new"))

    async with database.network_transaction() as tx:
        await forget_old_keys(tx, start + timedelta(hours=25))

    assert await keys_in(database) == 1


async def test_the_answer_that_led_to_a_thing_or_below_it_is_forgotten_and_no_other(
    client: httpx.AsyncClient, database: Database
) -> None:
    places = ("/notes/1", "/notes/1/looks", "/notes/1/looks/4", "/notes/12", "/notes", "/looks/1", "/pads/2/cover")
    for place in places:
        await client.post("/notes", json=a_note(), headers=key(place))
    async with database.network_transaction() as tx:
        await tx.execute(sa.text("update idempotency_keys set location = key"))

        await forget_answers(tx, ["/notes/1", "/pads/2/cover"])

        left = set(await tx.scalars(sa.text("select location from idempotency_keys")))
    assert left == {"/notes/12", "/notes", "/looks/1"}


async def test_the_key_of_an_answer_that_was_forgotten_is_free(client: httpx.AsyncClient, database: Database) -> None:
    first = await client.post("/notes", json=a_note(), headers=key())
    async with database.network_transaction() as tx:
        await forget_answers(tx, [first.headers["location"]])

    again = await client.post("/notes", json=a_note(), headers=key())

    assert (again.status_code, await keys_in(database)) == (201, 1)


async def test_what_is_done_although_a_create_is_refused_is_done_once_and_the_refusal_says_so(
    client: httpx.AsyncClient, database: Database
) -> None:
    said = [await client.post("/notes?fails=refused&even_so=yes", json=a_note(), headers=key()) for _ in range(3)]

    assert [(answer.status_code, answer.json()["code"]) for answer in said] == [(409, "note-refused")] * 3
    assert all(answer.json()["detail"].endswith(" Another was written.") for answer in said)
    assert await notes_in(database) == 1


async def test_it_is_not_done_where_nothing_was_refused(client: httpx.AsyncClient, database: Database) -> None:
    note = a_note()
    first = await client.post("/notes?even_so=yes", json=note, headers=key())
    again = await client.post("/notes?fails=refused&even_so=yes", json=note, headers=key())

    assert (first.status_code, again.content, await notes_in(database)) == (201, first.content, 1)


@pytest.mark.parametrize("fails", ["fault", "defect"])
async def test_it_is_not_done_where_the_same_will_be_sent_again(
    client: httpx.AsyncClient, database: Database, fails: str
) -> None:
    await client.post(f"/notes?fails={fails}&even_so=yes", json=a_note(), headers=key())

    assert await notes_in(database) == 0


async def test_it_is_done_where_the_key_was_used_for_another_request(
    client: httpx.AsyncClient, database: Database
) -> None:
    await client.post("/notes", json=a_note(), headers=key())

    other = await client.post("/notes?even_so=yes", json=a_note(), headers=key())

    assert (other.json()["code"], await notes_in(database)) == ("idempotency-key-reused", 2)


async def test_it_leaves_the_key_free_for_what_may_be_done_later(client: httpx.AsyncClient, database: Database) -> None:
    note = a_note()
    await client.post("/notes?fails=refused&even_so=yes", json=note, headers=key())

    later = await client.post("/notes?even_so=yes", json=note, headers=key())

    assert (later.status_code, await notes_in(database)) == (201, 2)
