"""What a caller hears when something is not done: a stable code, a sentence, and nothing about a person."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.http.problems import handlers
from tests.chassis import an_edge
from tests.chassis.an_issuer import AnIssuer, Clock
from tests.conftest import DatabaseOf, HttpOf, SettingsOf
from tests.servers.lengths import examples

WHOLE = {"name": "Dummy"}


@pytest.fixture
def provider() -> AnIssuer:
    return AnIssuer(Clock())


@pytest.fixture
async def client(http_of: HttpOf, settings_of: SettingsOf, provider: AnIssuer) -> httpx.AsyncClient:
    """The edge without a database: nothing that is asked here gets so far."""
    client = await http_of(an_edge.an_edge(settings_of, provider))
    client.headers["authorization"] = f"Bearer {provider.token()}"
    return client


@pytest.fixture
async def with_database(
    http_of: HttpOf, settings_of: SettingsOf, provider: AnIssuer, database_of: DatabaseOf
) -> httpx.AsyncClient:
    client = await http_of(an_edge.an_edge(settings_of, provider, await database_of("chassis")))
    client.headers["authorization"] = f"Bearer {provider.token()}"
    return client


def the_problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code, once it is sure that the whole answer is a problem."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    return answer.status_code, problem["code"]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("note-not-found", (404, "note-not-found")),
        ("refused", (409, "note-refused")),
        ("stale", (412, "stale-version")),
        ("fault", (503, "try-again")),
        ("defect", (500, "unexpected")),
    ],
)
async def test_every_failure_has_its_status_and_code(
    client: httpx.AsyncClient, how: str, expected: tuple[int, str]
) -> None:
    assert the_problem(await client.post(f"/fail/{how}")) == expected


async def test_a_refusal_says_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.post("/fail/note-not-found")

    assert answer.json()["detail"] == "There is no such note; look at the list."


async def test_a_fault_says_when_to_try_again(client: httpx.AsyncClient) -> None:
    assert (await client.post("/fail/fault")).headers["retry-after"] == "2"


@pytest.mark.parametrize("how", ["fault", "defect"])
async def test_a_failure_tells_nothing_of_its_cause(client: httpx.AsyncClient, how: str) -> None:
    answer = await client.post(f"/fail/{how}")

    assert not any(told in answer.text for told in (an_edge.SECRET, "10.0.0.7", "ConnectionError", "RuntimeError"))


async def test_a_defect_is_logged(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    await client.post("/fail/defect")

    assert [(line.levelno, line.message) for line in caplog.records if line.name.startswith("kith")] == [
        (logging.ERROR, "a request failed")
    ]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("connection-ended", (503, "try-again")),
        ("lock-not-had", (503, "try-again")),
        ("divided-by-zero", (500, "unexpected")),
        ("text-with-nul", (422, "request-invalid")),
    ],
)
async def test_the_databases_failures_are_told_apart(
    with_database: httpx.AsyncClient, how: str, expected: tuple[int, str]
) -> None:
    assert the_problem(await with_database.post(f"/fail/{how}")) == expected


async def test_what_is_not_there_is_a_problem(client: httpx.AsyncClient) -> None:
    assert the_problem(await client.get("/nowhere")) == (404, "not-found")


async def test_a_path_with_a_slash_too_many_is_not_there(client: httpx.AsyncClient) -> None:
    assert the_problem(await client.get("/door/")) == (404, "not-found")


async def test_a_method_that_is_not_there_is_a_problem_and_says_which_is(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/door")

    assert (*the_problem(answer), answer.headers["allow"]) == (405, "method-not-allowed", "GET")


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
async def test_there_is_no_page_without_a_token_but_the_open_ones(client: httpx.AsyncClient, path: str) -> None:
    assert the_problem(await client.get(path)) == (404, "not-found")


async def test_a_request_without_a_token_is_asked_for_one(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]

    answer = await client.get("/notes")

    assert (*the_problem(answer), answer.headers["www-authenticate"]) == (401, "token-missing", 'Bearer realm="kith"')


async def test_a_token_that_is_no_good_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/notes", headers={"authorization": "Bearer nonsense"})

    assert (*the_problem(answer), answer.headers["www-authenticate"]) == (
        401,
        "token-invalid",
        'Bearer realm="kith", error="invalid_token"',
    )


async def test_a_token_that_has_expired_is_told_so(client: httpx.AsyncClient, provider: AnIssuer) -> None:
    provider.clock.move(hours=1)

    assert the_problem(await client.get("/notes")) == (401, "token-expired")


async def test_an_issuer_that_does_not_answer_is_a_fault(client: httpx.AsyncClient, provider: AnIssuer) -> None:
    provider.down = True

    answer = await client.get("/notes")

    assert (*the_problem(answer), answer.headers["retry-after"]) == (503, "issuer-unreachable", "2")


async def test_a_caller_without_the_role_is_told_so(client: httpx.AsyncClient, provider: AnIssuer) -> None:
    token = provider.token(kith_roles=["coordinator"], kith_organisation=str(uuid4()))

    answer = await client.post("/take", json=WHOLE, headers={"authorization": f"Bearer {token}"})

    assert the_problem(answer) == (403, "role-missing")


async def test_who_may_not_do_it_is_not_told_what_is_wrong_with_the_body(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]

    assert the_problem(await client.post("/take", json={})) == (401, "token-missing")


async def test_an_open_route_needs_no_token(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]

    assert (await client.get("/door")).status_code == 200


@pytest.mark.parametrize(
    ("sent", "where", "sentence"),
    [
        ({}, "body.name", "This is required."),
        ({"name": 7}, "body.name", "This must be text."),
        ({"name": "x"}, "body.name", "This must have at least 2 characters."),
        ({"name": "Dummy7"}, "body.name", "This is wrong."),
        ({"name": "Dummy "}, "body.name", "It must not begin or end with a space."),
        ({**WHOLE, "born_on": "1950-02-30"}, "body.born_on", "This must be a date such as 2026-11-23."),
        ({**WHOLE, "number": 12}, "body.number", "This must be at most 9."),
        ({**WHOLE, "share": "much"}, "body.share", "This must be a number."),
        ({**WHOLE, "id": "Testwell"}, "body.id", "This must be an id (a UUID)."),
        ({**WHOLE, "tags": ["Testwell"]}, "body.tags.0", "This must have at most 5 characters."),
        ({**WHOLE, "surname": "Testwell"}, "body.surname", "This field is not known here."),
        ({**WHOLE, "Dummy Testwell": 1}, "body.(unknown)", "This field is not known here."),
        ({**WHOLE, "words": {"Dummy Testwell": "x"}}, "body.words.(unknown)", "This must be a whole number."),
        ({**WHOLE, "district": "EH16", "share": -1}, "body", "A district goes with a share."),
        ({"name": "share", "district": "EH16", "share": -1}, "body", "This is wrong."),
        ([], "body", "This must be a JSON object; send it as application/json."),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
async def test_a_wrong_body_is_told_where_and_what_it_must_be(
    client: httpx.AsyncClient, sent: Any, where: str, sentence: str
) -> None:
    answer = await client.post("/take", json=sent)

    assert the_problem(answer) == (422, "request-invalid")
    assert answer.json()["errors"] == [{"where": where, "sentence": sentence}]


async def test_not_more_is_complained_about_than_anybody_reads(client: httpx.AsyncClient) -> None:
    answer = await client.post("/take", json={**WHOLE, "words": {f"word{n}": "x" for n in range(200)}})

    assert len(answer.json()["errors"]) == 50


@pytest.mark.parametrize("body", [b"{", b'{"name": nonsense}', b'{"name": "\xff"}', b"[" * 2000, b"\x00"])
async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/take", content=body, headers={"content-type": "application/json"})

    assert the_problem(answer) in {(422, "request-invalid"), (400, "request-malformed")}


WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=12, max_size=20).map("Qx{}".format)
"""Words that no field is called by."""


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    word=WORDS,
    shape=st.sampled_from(
        [
            *(lambda word, name=name: {**WHOLE, name: word} for name in an_edge.Everything.model_fields),
            *(lambda word, name=name: {**WHOLE, name: [word]} for name in an_edge.Everything.model_fields),
            *(lambda word, name=name: {**WHOLE, name: {"id": word}} for name in an_edge.Everything.model_fields),
            lambda word: word,
            lambda word: {**WHOLE, "name": f"{word}{word}{word}{word}"},
        ]
    ),
)
async def test_what_was_sent_is_never_repeated(client: httpx.AsyncClient, word: str, shape: Any) -> None:
    answer = await client.post("/take", json=shape(word))

    if answer.status_code != 200:
        assert the_problem(answer) == (422, "request-invalid")
        assert word not in answer.text


async def test_a_query_that_is_wrong_is_told_where(client: httpx.AsyncClient) -> None:
    answer = await client.get("/notes?limit=1000")

    assert answer.json()["errors"] == [{"where": "query.limit", "sentence": "This must be at most 200."}]


async def test_a_body_that_says_it_is_too_long_is_refused(client: httpx.AsyncClient) -> None:
    assert the_problem(await client.post("/take", content=b" " * 4097)) == (413, "body-too-large")


async def test_a_body_that_becomes_too_long_is_refused(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    assert the_problem(await client.post("/take", content=pieces())) == (413, "body-too-large")


async def test_a_body_of_the_longest_length_is_taken(client: httpx.AsyncClient) -> None:
    body = json.dumps(WHOLE).encode().ljust(4096)

    answer = await client.post("/take", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 200


def test_a_refusal_without_a_code_stops_the_start() -> None:
    with pytest.raises(TypeError, match="KeyError has no code"):
        handlers({KeyError: 404})
