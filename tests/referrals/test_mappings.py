"""Mappings that an organisation keeps under a name: every version of them, and seen by nobody else."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from kith_referrals.domain.intake.library import MOST_MAPPINGS
from kith_referrals.domain.network import Organisation
from tests.conftest import AsCaller
from tests.referrals.test_api import an_import, version
from tests.referrals.test_importing import a_row
from tests.referrals.world import OPERATOR, World, member, on_the_record

PATH = "/import-mappings/harbour"


@pytest.fixture
def mapping(world: World) -> dict[str, Any]:
    found: dict[str, Any] = an_import(world)["mapping"]
    return found


@pytest.fixture
def changed(mapping: dict[str, Any]) -> dict[str, Any]:
    return {**mapping, "constants": {**mapping["constants"], "language": "cy"}}


@pytest.fixture
async def kept(client: httpx.AsyncClient, referrer: httpx.Auth, mapping: dict[str, Any]) -> httpx.Response:
    return await client.put(PATH, json=mapping, auth=referrer)


async def test_a_mapping_is_kept_under_its_name(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, kept: httpx.Response, mapping: dict[str, Any]
) -> None:
    found = await client.get(PATH, auth=referrer)

    assert (kept.status_code, kept.headers["ETag"]) == (201, '"1"')
    assert (found.headers["ETag"], found.json()) == ('"1"', kept.json())
    assert found.json()["mapping"]["organisation"] == mapping["organisation"]
    assert [one["column"] for one in found.json()["mapping"]["columns"]] == [
        one["column"] for one in mapping["columns"]
    ]
    entry = (await on_the_record(world))[-1]
    assert (entry["action"], entry["codes"]) == ("mapping-saved", ["harbour", "version-1"])


async def test_a_change_is_a_version_beside_the_others(
    client: httpx.AsyncClient, referrer: httpx.Auth, kept: httpx.Response, changed: dict[str, Any]
) -> None:
    answer = await client.put(PATH, json=changed, auth=referrer, headers=version(1))

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    [first, second, newest] = [
        (await client.get(f"{PATH}{query}", auth=referrer)).json() for query in ("?version=1", "?version=2", "")
    ]
    assert (first, second) == (kept.json(), newest)
    assert newest["mapping"]["constants"]["language"] == "cy"


async def test_the_same_again_is_no_version_and_needs_none(
    client: httpx.AsyncClient, referrer: httpx.Auth, kept: httpx.Response, mapping: dict[str, Any]
) -> None:
    answer = await client.put(PATH, json=mapping, auth=referrer)

    assert (answer.status_code, answer.json()) == (200, kept.json())


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("headers", "code"), [({}, "if-match-missing"), (version(2), "stale-version"), (version(0), "stale-version")]
)
async def test_a_change_that_names_no_version_or_another_is_refused(
    client: httpx.AsyncClient, referrer: httpx.Auth, changed: dict[str, Any], headers: dict[str, str], code: str
) -> None:
    answer = await client.put(PATH, json=changed, auth=referrer, headers=headers)

    assert answer.json()["code"] == code
    assert (await client.get(PATH, auth=referrer)).headers["ETag"] == '"1"'


async def test_a_list_has_each_name_once_with_its_newest_version(
    client: httpx.AsyncClient, referrer: httpx.Auth, kept: httpx.Response, changed: dict[str, Any]
) -> None:
    await client.put(PATH, json=changed, auth=referrer, headers=version(1))
    await client.put("/import-mappings/an-older-system", json=changed, auth=referrer)

    listed = (await client.get("/import-mappings", auth=referrer)).json()["items"]

    assert [(one["name"], one["version"]) for one in listed] == [("an-older-system", 1), ("harbour", 2)]
    assert listed[1]["saved_by"] == kept.json()["saved_by"] == "tester"


@pytest.mark.usefixtures("kept")
async def test_another_organisation_sees_none_and_may_use_the_name(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, mapping: dict[str, Any]
) -> None:
    stranger = as_caller("referrer", organisation_id=world.stranger.id)

    listed = await client.get("/import-mappings", auth=stranger)
    found = await client.get(PATH, auth=stranger)
    own = await client.put(PATH, json={**mapping, "organisation": str(world.stranger.id)}, auth=stranger)

    assert (listed.json()["items"], found.status_code, own.status_code) == ([], 404, 201)


@pytest.mark.usefixtures("kept")
async def test_not_even_a_search_of_the_table_shows_them_to_another(world: World) -> None:
    async def seen_by(organisation: Organisation) -> int:
        return await world.seen(member(organisation.id), "import_mappings")

    assert [await seen_by(one) for one in (world.referrer, world.host, world.stranger)] == [1, 0, 0]


async def test_a_mapping_of_another_organisation_is_not_kept(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, mapping: dict[str, Any]
) -> None:
    stranger = as_caller("referrer", organisation_id=world.stranger.id)

    answers = [
        await client.put(PATH, json=mapping, auth=stranger),
        await client.post("/import-mappings/check", json=mapping, auth=stranger),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "not-your-organisation")] * 2


async def test_an_import_by_a_kept_mapping_does_what_the_same_mapping_would_and_says_which_it_was(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, kept: httpx.Response, changed: dict[str, Any]
) -> None:
    await client.put(PATH, json=changed, auth=referrer, headers=version(1))
    rows = an_import(world, a_row(1), a_row(2, Born="31/02/1970"))
    del rows["mapping"]

    languages = []
    for number, name in ((1, "first"), (2, "second")):
        for row in rows["rows"]:
            row["cells"] |= {"Ref": f"{name}/{row['row']}", "Name": f"Testwell {name}, Renée"}
        done = await client.post(
            "/imports/rows", json=rows | {"kept": {"name": "harbour", "version": number}}, auth=referrer
        )
        assert [one["outcome"] for one in done.json()] == ["accepted", "rejected"]
        languages.append((await world.told())[-1][1]["language"])

    assert languages == ["en", "cy"]
    imports = [one["codes"] for one in await on_the_record(world) if one["action"] == "rows-imported"]
    assert imports == [["harbour", "version-1"], ["harbour", "version-2"]]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("named", [{"name": "harbour", "version": 2}, {"name": "another", "version": 1}])
async def test_an_import_by_a_mapping_that_is_not_kept_imports_nothing(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, named: dict[str, Any]
) -> None:
    rows = {**an_import(world, a_row(1)), "mapping": None, "kept": named}

    answer = await client.post("/imports/rows", json=rows, auth=referrer)

    assert (answer.status_code, answer.json()["code"]) == (422, "mapping-unknown")
    assert await world.seen(OPERATOR, "referrals") == 0


@pytest.mark.parametrize("named", [None, {"name": "harbour", "version": 1}])
async def test_rows_come_with_one_mapping(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, kept: httpx.Response, named: dict[str, Any] | None
) -> None:
    rows = {**an_import(world, a_row(1)), "kept": named} | ({} if named else {"mapping": None})

    answer = await client.post("/imports/rows", json=rows, auth=referrer)

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


WRONG: dict[str, tuple[int, dict[str, Any], str, str]] = {
    "another word than those there are": (0, {"to": "surname"}, "body.columns.0.to", "This must be one of"),
    "a code that the channel does not have": (
        *(7, {"column": "Ways", "to": "channels", "values": {"post": "by-post"}}, "body.columns.7"),
        "one of in-person, telephone, video",
    ),
    "a count without a name": (7, {"column": "Children", "to": "count"}, "body.columns.7", "says what it is called"),
    "what another column is": (7, {"column": "Second", "to": "chi_number"}, "body.columns.7", "Only one column"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_said_with_its_place_and_what_is_allowed(
    client: httpx.AsyncClient, referrer: httpx.Auth, mapping: dict[str, Any], wrong: str
) -> None:
    place, change, where, sentence = WRONG[wrong]
    columns = [*mapping["columns"]]
    columns[place] = {**({} if "column" in change else columns[place]), **change}

    answers = [
        await client.post("/import-mappings/check", json={**mapping, "columns": columns}, auth=referrer),
        await client.put(PATH, json={**mapping, "columns": columns}, auth=referrer),
    ]

    for answer in answers:
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["where"] == where
        assert sentence in error["sentence"]
    assert (await client.get(PATH, auth=referrer)).status_code == 404


async def test_a_good_mapping_is_checked_and_not_kept(
    client: httpx.AsyncClient, referrer: httpx.Auth, mapping: dict[str, Any]
) -> None:
    answer = await client.post("/import-mappings/check", json=mapping, auth=referrer)

    assert answer.status_code == 204
    assert (await client.get("/import-mappings", auth=referrer)).json()["items"] == []


async def test_an_organisation_keeps_so_many_names_and_no_more(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, kept: httpx.Response, changed: dict[str, Any]
) -> None:
    async with world.database.transaction(member(world.referrer.id)) as tx:
        await tx.execute(
            sa.text(
                "insert into import_mappings select organisation_id, 'name-' || number, 1, gen_random_uuid(), mapping,"
                " saved_at, saved_by from import_mappings, generate_series(2, :most) number"
            ),
            {"most": MOST_MAPPINGS},
        )

    one_more = await client.put("/import-mappings/one-more", json=changed, auth=referrer)
    again = await client.put(PATH, json=changed, auth=referrer, headers=version(1))

    assert (one_more.status_code, one_more.json()["code"]) == (409, "too-many-mappings")
    assert again.status_code == 200
