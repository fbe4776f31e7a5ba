"""Who may see which figures, over every route and for every role."""

from uuid import UUID

import httpx
import pytest

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_contracts.referrals import ReferralCreated
from kith_reporting.api import PERMISSIONS
from kith_reporting.pages import PERMISSIONS as PAGE_PERMISSIONS
from tests import builders as a
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.reporting.hearing import hear

ROUTES = ("/totals", "/totals.html")
MAY_READ = ("administrator", "coordinator")
MAY_NOT = ("referrer", "service")


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


@pytest.fixture
async def client(http_of: HttpOf, database: Database) -> httpx.AsyncClient:
    return await http_of("reporting", database)


@pytest.fixture
async def referral(database: Database) -> ReferralCreated:
    """From one organisation to another, whose names and programme are known."""
    owner = a.an_organisation_published(organisation_name="Example Harbour Trust")
    referrer = a.an_organisation_published(organisation_name="Testwell Health Board", kind="health-board")
    programme = a.a_programme_published(organisation_id=owner.organisation_id)
    referral = a.a_referral_created(programme, referring_organisation_id=referrer.organisation_id)
    await hear(database, owner, referrer, programme, referral, a.a_contact_logged(programme))
    return referral


async def seen(client: httpx.AsyncClient, auth: httpx.Auth) -> set[tuple[UUID, str]]:
    """Whose lines come back, and of which side."""
    answer = await client.get("/totals", auth=auth)
    assert answer.status_code == 200
    return {(UUID(line["organisation_id"]), line["side"]) for line in answer.json()["totals"]}


@pytest.mark.parametrize("role", MAY_READ)
async def test_the_programmes_organisation_sees_its_own_line(
    role: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    organisation_id = referral.programme_organisation_id

    lines = await seen(client, as_caller(role, organisation_id=organisation_id))

    assert lines == {(organisation_id, "owner")}


@pytest.mark.parametrize("role", MAY_READ)
async def test_the_referring_organisation_sees_its_own_line(
    role: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    organisation_id = referral.referring_organisation_id

    lines = await seen(client, as_caller(role, organisation_id=organisation_id))

    assert lines == {(organisation_id, "referrer")}


async def test_an_operator_sees_every_line(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    lines = await seen(client, as_caller("operator"))

    assert lines == {
        (referral.programme_organisation_id, "owner"),
        (referral.referring_organisation_id, "referrer"),
    }


@pytest.mark.parametrize("role", MAY_READ)
@pytest.mark.parametrize("route", ROUTES)
async def test_another_organisation_learns_nothing(
    route: str, role: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    answer = await client.get(route, auth=as_caller(role, organisation_id=new_id()))

    assert answer.status_code == 200
    assert_silent(answer, referral)


@pytest.mark.parametrize("role", MAY_NOT)
@pytest.mark.parametrize("route", ROUTES)
async def test_a_role_without_business_here_is_refused_also_in_its_own_organisation(
    route: str, role: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    answer = await client.get(route, auth=as_caller(role, organisation_id=referral.programme_organisation_id))

    assert answer.status_code == 403
    assert_silent(answer, referral)


@pytest.mark.parametrize("route", ROUTES)
async def test_nobody_gets_in_without_a_token(route: str, client: httpx.AsyncClient, referral: ReferralCreated) -> None:
    answer = await client.get(route)

    assert answer.status_code == 401
    assert_silent(answer, referral)


@pytest.mark.parametrize("role", MAY_READ)
@pytest.mark.parametrize("route", ROUTES)
async def test_a_role_of_an_organisation_without_an_organisation_is_no_token(
    route: str, role: str, client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    answer = await client.get(route, auth=as_caller(role))

    assert answer.status_code == 401
    assert_silent(answer, referral)


ELSEWHERE = {"read_results"}
"""Routes with tests of their own: test_results.py."""


def test_every_route_is_in_these_tests() -> None:
    assert len({**PERMISSIONS, **PAGE_PERMISSIONS}.keys() - ELSEWHERE) == len(ROUTES)


async def test_a_line_says_what_happened(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    auth = as_caller("coordinator", organisation_id=referral.programme_organisation_id)

    (line,) = (await client.get("/totals", auth=auth)).json()["totals"]

    assert line["programme_name"] == "Living with a long term condition"
    assert line["organisation_name"] == line["run_by"] == "Example Harbour Trust"
    assert (line["received"], line["undecided"], line["contacts"], line["people_reached"]) == (1, 1, 1, 12)
    assert (line["mean_days_waited"], line["mean_days_waiting"]) == (None, None)


async def test_the_page_shows_the_same_and_may_load_nothing(
    client: httpx.AsyncClient, referral: ReferralCreated, as_caller: AsCaller
) -> None:
    auth = as_caller("administrator", organisation_id=referral.programme_organisation_id)

    page = await client.get("/totals.html", auth=auth)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Living with a long term condition: 1 waiting for a decision" in page.text


def assert_silent(answer: httpx.Response, referral: ReferralCreated) -> None:
    """Nothing of the referral, its programme or its organisations stands in the answer."""
    secrets = (
        *(referral.referral_id, referral.programme_id, referral.programme_organisation_id),
        *(referral.referring_organisation_id, "Example Harbour", "Testwell", "long term condition"),
    )
    assert [secret for secret in map(str, secrets) if secret in answer.text] == []
