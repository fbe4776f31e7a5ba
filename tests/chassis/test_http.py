"""Versions, pages, and the OpenAPI document, as every service has them."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.http import encode_cursor
from kith_chassis.http.paging import CursorMalformed, cursor
from tests.chassis import an_edge
from tests.chassis.an_issuer import START, AnIssuer, Clock
from tests.conftest import DatabaseOf, HttpOf, SettingsOf

NOTE = UUID(int=7)


@pytest.fixture
def provider() -> AnIssuer:
    return AnIssuer(Clock())


@pytest.fixture
async def client(http_of: HttpOf, settings_of: SettingsOf, provider: AnIssuer) -> httpx.AsyncClient:
    client = await http_of(an_edge.an_edge(settings_of, provider))
    client.headers["authorization"] = f"Bearer {provider.token()}"
    return client


@pytest.fixture
def document(settings_of: SettingsOf, provider: AnIssuer) -> dict[str, Any]:
    return an_edge.an_edge(settings_of, provider).openapi()


async def test_a_change_says_which_version_it_saw_and_hears_the_next(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/notes/{NOTE}/change", headers={"if-match": '"3"'})

    assert (answer.json(), answer.headers["etag"]) == ({"expected": 3}, '"4"')


async def test_a_change_that_names_no_version_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/notes/{NOTE}/change")

    assert (answer.status_code, answer.json()["code"]) == (428, "if-match-missing")


@pytest.mark.parametrize("value", ["3", "*", 'W/"3"', '"3", "4"', '"three"', '""', f'"{10**10}"', '"٣"'])
@pytest.mark.parametrize(("method", "path"), [("POST", f"/notes/{NOTE}/change"), ("PUT", f"/notes/{NOTE}")])
async def test_a_version_that_was_not_given_out_is_refused(
    client: httpx.AsyncClient, method: str, path: str, value: str
) -> None:
    answer = await client.request(method, path, headers={b"if-match": value.encode()})

    assert (answer.status_code, answer.json()["code"]) == (400, "if-match-malformed")


@pytest.mark.parametrize(("headers", "expected"), [({}, None), ({"if-match": '"3"'}, 3)])
async def test_what_may_be_new_needs_no_version(
    client: httpx.AsyncClient, headers: dict[str, str], expected: int | None
) -> None:
    answer = await client.put(f"/notes/{NOTE}", headers=headers)

    assert answer.json() == {"expected": expected}


async def test_a_request_happens_at_one_moment(client: httpx.AsyncClient) -> None:
    assert (await client.get("/moment")).json() == START.isoformat().replace("+00:00", "Z")


async def test_pages_show_everything_once(
    http_of: HttpOf, settings_of: SettingsOf, provider: AnIssuer, database_of: DatabaseOf
) -> None:
    client = await http_of(an_edge.an_edge(settings_of, provider, await database_of("chassis")))
    client.headers["authorization"] = f"Bearer {provider.token()}"
    for number in range(7):
        note = {"id": str(UUID(int=number + 1)), "organisation_id": str(NOTE)}
        await client.post("/notes", json=note, headers={"idempotency-key": str(number)})

    seen, after = [], ""
    while after is not None:
        page = (await client.get("/notes", params={"limit": 3, **({"after": after} if after else {})})).json()
        seen += [UUID(item["id"]).int for item in page["items"]]
        after = page["next"]

    assert seen == [1, 2, 3, 4, 5, 6, 7]


async def test_a_cursor_that_was_not_given_out_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/notes?after=nonsense")

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-malformed")


@given(st.uuids())
async def test_a_cursor_stands_for_its_id(last: UUID) -> None:
    assert await cursor(encode_cursor(last)) == last


@given(st.text(max_size=30))
async def test_any_other_text_is_no_cursor(text: str) -> None:
    try:
        last = await cursor(text)
    except CursorMalformed:
        return

    assert last is not None
    assert encode_cursor(last) == text


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert (document["openapi"][:3], document["info"]["title"]) == ("3.1", "Kith notes")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_tells_of_problems(document: dict[str, Any]) -> None:
    schemas = [op["responses"]["default"]["content"]["application/problem+json"] for op in operations(document)]

    assert schemas == [{"schema": {"$ref": "#/components/schemas/Problem"}}] * len(an_edge.PERMISSIONS)


def test_every_operation_is_called_as_its_function_is(document: dict[str, Any]) -> None:
    assert {operation["operationId"] for operation in operations(document)} == set(an_edge.PERMISSIONS)


def test_only_open_operations_need_no_token(document: dict[str, Any]) -> None:
    assert document["security"] == [{"token": []}]
    assert [op["operationId"] for op in operations(document) if "security" in op] == ["door"]


def test_fastapis_own_idea_of_an_error_is_gone(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(document)


def parameters(document: dict[str, Any], path: str, method: str) -> dict[str, bool]:
    return {each["name"]: each["required"] for each in document["paths"][path][method]["parameters"]}


def test_a_create_tells_that_it_needs_a_key(document: dict[str, Any]) -> None:
    assert parameters(document, "/notes", "post") == {
        "fails": False,
        "anew": False,
        "even_so": False,
        "Idempotency-Key": True,
    }


def test_a_change_tells_that_it_needs_a_version(document: dict[str, Any]) -> None:
    assert parameters(document, "/notes/{note_id}/change", "post") == {"note_id": True, "If-Match": True}


def test_what_may_be_new_tells_that_it_may_have_a_version(document: dict[str, Any]) -> None:
    assert parameters(document, "/notes/{note_id}", "put") == {"note_id": True, "If-Match": False}
