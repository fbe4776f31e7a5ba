"""Who may see a programme's reach, and say how many there are in its districts; over every route and role."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_reporting.api.reach import PERMISSIONS
from tests import builders as a
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.reporting.hearing import hear

FIGURES = {
    "districts": [{"district": "L8", "people": 203}, {"district": "L20", "people": 6}],
    "source": "An invented census, table 7",
    "counted_on": a.TODAY.isoformat(),
}
ROUTES = {
    "read_reach": ("GET", "/reach"),
    "read_populations": ("GET", "/programmes/{}/populations"),
    "put_populations": ("PUT", "/programmes/{}/populations"),
}
NO = {"referrer", "service", "supporter", "safeguarding-lead"}


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


@pytest.fixture
async def client(http_of: HttpOf, database: Database) -> httpx.AsyncClient:
    return await http_of("reporting", database)


@pytest.fixture
async def referral(database: Database) -> ReferralCreated:
    """To a programme of two sites, at one of which eleven people were met, from another organisation."""
    terms = ProgrammeTerms(definition_version=1, sites=("brighton-and-hove", "newham"))
    programme = a.a_programme_published(terms=terms)
    referral = a.a_referral_created(programme, district="L8", site="newham")
    met = {"topics": ("childcare",), "district": "L8", "site": "newham"}
    await hear(database, programme, referral, a.a_contact_logged(programme, people=11, **met))
    return referral


async def ask(client: httpx.AsyncClient, name: str, programme: object, auth: httpx.Auth | None) -> httpx.Response:
    method, path = ROUTES[name]
    body = {"json": FIGURES} if method == "PUT" else {"params": {"programme_id": str(programme)}}
    return await client.request(method, path.format(programme), auth=auth, **body)


@pytest.mark.parametrize("name", ROUTES)
async def test_another_organisation_learns_nothing_also_one_that_refers_there(
    name: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    for organisation_id in (new_id(), referral.referring_organisation_id):
        answer = await ask(
            client, name, referral.programme_id, as_caller("administrator", organisation_id=organisation_id)
        )

        assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")
        assert "term condition" not in answer.text


@pytest.mark.parametrize("name", ROUTES)
async def test_each_role_does_what_it_may_and_no_more(
    name: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    owner = referral.programme_organisation_id
    await ask(client, "put_populations", referral.programme_id, as_caller("operator"))

    answers = {
        role: (await ask(client, name, referral.programme_id, as_caller(role, organisation_id=owner))).status_code
        for role in {"administrator", "coordinator", "operator"} | NO
    }

    assert {role for role, status in answers.items() if status == 200} == PERMISSIONS[name]
    assert {status for role, status in answers.items() if role not in PERMISSIONS[name]} == {403}


@pytest.mark.parametrize("name", ROUTES)
async def test_nobody_gets_in_without_a_token(name: str, client: httpx.AsyncClient, referral: ReferralCreated) -> None:
    assert (await ask(client, name, referral.programme_id, None)).status_code == 401


def test_every_route_is_in_these_tests() -> None:
    assert set(PERMISSIONS) == set(ROUTES)


async def test_reach_tells_topics_areas_and_sites_apart_and_hides_the_few(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    auth = as_caller("coordinator", organisation_id=referral.programme_organisation_id)
    await ask(client, "put_populations", referral.programme_id, as_caller("operator"))

    reach = (await ask(client, "read_reach", referral.programme_id, auth)).json()

    nobody = {"contacts": 0, "people_reached": 0, "received": 0}
    one = {"contacts": None, "people_reached": 10, "received": None}
    assert reach["topics"] == [{"topic": "childcare", "contacts": None, "people_reached": 10, "sessions": 0}]
    assert reach["areas"] == [
        {"district": "L20", **nobody, "population": None, "percent_reached": None},
        {"district": "L8", **one, "population": 205, "percent_reached": 5},
    ]
    assert reach["sites"] == [
        {"site": "brighton-and-hove", **nobody, "matched": 0, "sessions": 0},
        {"site": "newham", **one, "matched": 0, "sessions": 0},
    ]
    assert (reach["population_source"], reach["population_counted_on"]) == (FIGURES["source"], FIGURES["counted_on"])


async def test_figures_are_kept_whole_and_changed_by_who_has_read_them(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    auth = as_caller("administrator", organisation_id=referral.programme_organisation_id)
    path = f"/programmes/{referral.programme_id}/populations"
    changed: dict[str, Any] = {**FIGURES, "districts": [{"district": "L8", "people": 210}]}

    first = await client.put(path, json=FIGURES, auth=auth)
    again = await client.put(path, json=FIGURES, auth=auth)
    unseen = await client.put(path, json=changed, auth=auth)
    seen = await client.put(path, json=changed, auth=auth, headers={"If-Match": first.headers["ETag"]})
    stale = await client.put(path, json=FIGURES, auth=auth, headers={"If-Match": first.headers["ETag"]})

    statuses = [answer.status_code for answer in (first, again, unseen, seen, stale)]
    assert statuses == [201, 200, 428, 200, 412]
    kept = await client.get(path, auth=auth)
    assert kept.headers["ETag"] == '"2"'
    assert kept.json() == seen.json()
    assert kept.json()["districts"] == changed["districts"]


async def test_figures_that_cannot_be_right_are_refused_with_what_to_do(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    path, auth = f"/programmes/{referral.programme_id}/populations", as_caller("operator")
    twice = {**FIGURES, "districts": FIGURES["districts"] * 2}  # type: ignore[operator]
    tomorrow = {**FIGURES, "counted_on": (a.TODAY + timedelta(days=40_000)).isoformat()}

    answers = [await client.put(path, json=body, auth=auth) for body in (twice, tomorrow)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (422, "district-twice"),
        (422, "counted-after-today"),
    ]


async def test_before_anybody_has_said_how_many_there_are_nothing_is_found(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    answer = await ask(client, "read_populations", referral.programme_id, as_caller("operator"))

    assert (answer.status_code, answer.json()["code"]) == (404, "no-populations")
