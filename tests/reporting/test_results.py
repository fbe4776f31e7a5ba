"""Families proposed, identified, worked with and turned around: exact for the programme's own, and as published."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from kith_contracts.fact import Fact
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished
from kith_reporting.domain.results import Achieved, Figures, published
from kith_reporting.incoming import on_facts
from kith_reporting.views.results import get_results
from tests import builders as a
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.reporting.hearing import hear, shuffled
from tests.servers.lengths import examples

COUNTS = st.none() | st.integers(0, 200_000)
RESULTS = ("continuous-work", "school-attendance")


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


@pytest.fixture
async def client(http_of: HttpOf, database: Database) -> httpx.AsyncClient:
    return await http_of("reporting", database)


def a_programme() -> ProgrammePublished:
    """One whose payer hopes for 120,000 households."""
    return a.a_programme_published(terms=ProgrammeTerms(definition_version=1, proposed_households=120_000))


def worked_with(programme: ProgrammePublished) -> list[Fact]:
    """Somebody is referred and matched."""
    referral = a.a_referral_created(programme)
    return [referral, a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed(programme)))]


async def read(client: httpx.AsyncClient, programme: ProgrammePublished, auth: httpx.Auth) -> dict[str, Any]:
    answer = await client.get("/results", params={"programme_id": str(programme.programme_id)}, auth=auth)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("role", ["administrator", "coordinator", "operator"])
async def test_whoever_runs_the_programme_and_operators_see_exactly_what_was_achieved(
    client: httpx.AsyncClient, database: Database, as_caller: AsCaller, role: str
) -> None:
    programme = a_programme()
    claim = a.a_result_claimed(programme)
    also = a.a_result_claimed(programme, household_id=claim.household_id, result="continuous-work")
    relapsed = a.a_result_claimed(programme)
    claims = [claim, also, relapsed, a.a_claim_reversed(relapsed)]
    await hear(database, programme, *worked_with(programme), a.a_referral_created(programme), *claims)
    auth = as_caller(role, organisation_id=None if role == "operator" else programme.organisation_id)

    found = await read(client, programme, auth)

    assert found["programme_name"] == "Living with a long term condition"
    assert found["exact"] == {
        "proposed": 120_000,
        "identified": 2,
        "worked_with": 1,
        "turned_around": 1,
        "by_result": [
            {"result": "continuous-work", "standing": 1, "reversed": 0},
            {"result": "school-attendance", "standing": 1, "reversed": 1},
        ],
    }


async def test_beside_them_stands_what_may_be_published(
    client: httpx.AsyncClient, database: Database, as_caller: AsCaller
) -> None:
    programme = a_programme()
    facts = [fact for _ in range(13) for fact in worked_with(programme)]
    await hear(database, programme, *facts, *(a.a_result_claimed(programme) for _ in range(7)))

    found = await read(client, programme, as_caller("operator"))

    shown = found["published"]
    assert [shown[name] for name in ("proposed", "identified", "worked_with", "turned_around")] == [
        *(120_000, 15, 15),
        None,
    ]
    assert shown["by_result"] == [{"result": "school-attendance", "standing": None, "reversed": 0}]


async def test_a_programme_that_claims_nothing_has_noughts(
    client: httpx.AsyncClient, database: Database, as_caller: AsCaller
) -> None:
    programme = a.a_programme_published()
    await hear(database, programme)

    found = await read(client, programme, as_caller("coordinator", organisation_id=programme.organisation_id))

    assert found["exact"] == found["published"]
    assert found["exact"] == {
        "proposed": None,
        "identified": 0,
        "worked_with": 0,
        "turned_around": 0,
        "by_result": [],
    }


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 404), ("coordinator", 404), ("referrer", 403), ("auditor", 403)]
)
async def test_nobody_else_learns_anything(
    client: httpx.AsyncClient, database: Database, as_caller: AsCaller, *, role: str, status: int
) -> None:
    programme = a_programme()
    referral = a.a_referral_created(programme)
    await hear(database, programme, referral, a.a_result_claimed(programme))

    for organisation_id in (referral.referring_organisation_id, new_id()):
        auth = as_caller(role, organisation_id=organisation_id)
        answer = await client.get("/results", params={"programme_id": str(programme.programme_id)}, auth=auth)

        assert answer.status_code == status
        assert "long term condition" not in answer.text


async def test_without_a_token_there_are_no_results(client: httpx.AsyncClient) -> None:
    assert (await client.get("/results", params={"programme_id": str(new_id())})).status_code == 401


async def test_a_programme_that_nobody_knows_is_not_found(client: httpx.AsyncClient, as_caller: AsCaller) -> None:
    answer = await client.get("/results", params={"programme_id": str(new_id())}, auth=as_caller("operator"))

    assert (answer.status_code, answer.json()["code"]) == (404, "programme-not-found")


async def test_the_database_too_shows_claims_to_their_own_organisation_alone(database: Database) -> None:
    programme, other = a_programme(), a_programme()
    await hear(database, programme, other, a.a_result_claimed(programme), a.a_result_claimed(other))
    caller = Caller("tester", other.organisation_id, frozenset({"coordinator"}), "tests")

    async with database.transaction(caller) as tx:
        seen = (await tx.execute(sa.text("select organisation_id from claims"))).scalars().all()

    assert seen == [other.organisation_id]


@given(counts=st.tuples(*[COUNTS] * 4), standing=COUNTS, reversed_=COUNTS)
def test_of_what_is_published_no_count_is_exact_and_none_is_of_few(
    counts: tuple[int | None, int | None, int | None, int | None], standing: int | None, reversed_: int | None
) -> None:
    shown = published(Figures(*counts, [Achieved("school-attendance", standing, reversed_)]))

    [achieved] = shown.by_result
    everything = (shown.proposed, shown.identified, shown.worked_with, shown.turned_around)
    for count in (*everything, achieved.standing, achieved.reversed):
        assert count is None or count == 0 or (count > 7 and count % 5 == 0)


HOUSEHOLDS = [new_pseudonym() for _ in range(3)]
CLAIMS = st.lists(st.tuples(st.sampled_from(HOUSEHOLDS), st.sampled_from(RESULTS), st.booleans()), max_size=12)


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claims=CLAIMS, chance=st.randoms(use_true_random=False))
async def test_any_order_gives_the_same_results(
    claims: list[tuple[UUID, str, bool]], chance: random.Random, database: Database
) -> None:
    programme = a_programme()
    facts: list[Fact] = [programme]
    standing, taken_back = Counter[str](), Counter[str]()
    households = set()
    for household_id, result, is_reversed in claims:
        claimed = a.a_result_claimed(programme, household_id=household_id, result=result)
        facts += [claimed, a.a_claim_reversed(claimed)] if is_reversed else [claimed]
        (taken_back if is_reversed else standing).update([result])
        households |= set() if is_reversed else {household_id}
    async with database.network_transaction() as tx:
        for batch in shuffled([a.received(fact) for fact in facts], chance):
            await on_facts(tx, batch)
        _, found = await get_results(tx, programme.programme_id, None)
        await tx.rollback()

    assert found.turned_around == len(households)
    assert {one.result: (one.standing, one.reversed) for one in found.by_result} == {
        result: (standing[result], taken_back[result]) for result in standing.keys() | taken_back.keys()
    }
