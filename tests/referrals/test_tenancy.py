"""Every route, asked by every role of an organisation that has nothing to do with the referral, or by nobody."""

from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from kith_chassis.clock import new_id
from kith_chassis.identity import ORGANISATION_ROLES
from kith_referrals import api
from tests.conftest import AsCaller, HttpOf
from tests.referrals.test_api import TODAY, a_body, an_import, post
from tests.referrals.test_importing import a_row
from tests.referrals.world import CHI_NUMBER, World

ROUTES = sorted(
    (method, context.path_format, context.endpoint.__name__)
    for context in iter_route_contexts(api.router.routes)
    if context.methods and context.endpoint and context.path_format
    for method in context.methods
)
ROLES = [*sorted(ORGANISATION_ROLES), "operator", "service:matching"]
OWN = {"list_organisations", "get_organisation", "list_programmes", "get_programme"}
"""What everybody in the network may read: who there is and what they offer."""
LISTS = {"list_referrals", "list_waiting_rows"}
"""What answers every organisation, with its own rows."""
MADE = {"make_referral", "make_household"}
"""What every member makes, for their own organisation."""
PRIVATE = ("Testwell", "Renée", "9990568855", "999 056 8855", CHI_NUMBER, "EH16", "person@example", "900123", "Private")


@pytest.fixture
async def client(world: World, http_of: HttpOf) -> httpx.AsyncClient:
    return await http_of("referrals", world.database)


async def a_full_referral(client: httpx.AsyncClient, world: World, as_caller: AsCaller) -> dict[str, Any]:
    """A referral with everything in it, and a row that waits for a human."""
    referrer = as_caller("referrer", organisation_id=world.referrer.id)
    made = await post(client, a_body(world, source_reference="Private/1"), referrer)
    rows = (a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))
    await client.post("/imports/rows", json=an_import(world, *rows), auth=referrer)
    coordinator = as_caller("coordinator", organisation_id=world.referrer.id)
    waiting = (await client.get("/imports/waiting", auth=coordinator)).json()["items"]
    keyed = {"Idempotency-Key": str(new_id())}
    household = await client.post("/households", json={"others": {"family": 2}}, auth=referrer, headers=keyed)
    return {**made.json(), "row_id": waiting[0]["id"], "household_id": household.json()["id"]}


def a_request(world: World, name: str) -> dict[str, Any]:
    """What the route would do, if it did it."""
    bodies: dict[str, Any] = {
        "make_referral": a_body(world),
        "decide_referral": {"decision": "accept"},
        "close_referral": {"reason": "died"},
        "change_consent": {
            "purpose": "share-referral",
            "state": "withdrawn",
            "recorded_on": TODAY,
            "how": "spoken",
        },
        "make_household": {"others": {"family": 2}},
        "recount_household": {"others": {"family": 9}},
        "join_household": {"relation": "carer"},
        "merge_person": {"into": str(new_id()), "reason": "The same person."},
        "unmerge_person": {"reason": "Two people."},
        "keep_apart": {"other": str(new_id()), "reason": "Two people."},
        "restrict_person": {"restricted": True, "reason": "A colleague."},
        "record_death": {"died_on": TODAY},
        "import_rows": an_import(world, a_row(3)),
        "resolve_waiting_row": {"resolution": "different", "reason": "Twins."},
        "publish_organisation": {"name": "Taken over", "kind": "charity"},
        "publish_programme": {
            "slug": "taken-over",
            "organisation_id": str(world.stranger.id),
            "name": "Taken over",
            "model": "group",
            "formality": "formal",
        },
    }
    return {"json": bodies.get(name)} if name in bodies else {}


def path_of(template: str, world: World, referral: dict[str, Any]) -> str:
    """The route's path, to what belongs to others."""
    return template.format(
        referral_id=referral["id"],
        person_id=referral["person_id"],
        row_id=referral["row_id"],
        household_id=referral["household_id"],
        organisation_id=world.referrer.id,
        programme_id=world.programme.id,
    )


def wrong(name: str, role: str, world: World, answer: httpx.Response) -> str | None:
    """What is wrong with the answer, or None."""
    member = role in ORGANISATION_ROLES
    if any(private in answer.text for private in PRIVATE):
        return "it leaks"
    if name in OWN:
        return None if answer.status_code == 200 else "everybody in the network may read it"
    if role == "operator" and name in api.network.PERMISSIONS:
        return None if answer.status_code in {200, 422} else "the operator may publish"
    if name in LISTS and answer.status_code == 200:
        return "it lists what is others'" if member and answer.json()["items"] else None
    if name in MADE and member:
        own = answer.json().get("referring_organisation_id", str(world.stranger.id)) == str(world.stranger.id)
        return None if own and answer.status_code == 201 else "it is made in another's name"
    return None if answer.status_code in {403, 404} else "it is answered"


@pytest.mark.parametrize("role", ROLES)
async def test_of_what_is_others_every_route_gives_nothing_to(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, role: str
) -> None:
    referral = await a_full_referral(client, world, as_caller)
    if role in ORGANISATION_ROLES:
        auth = as_caller(role, organisation_id=world.stranger.id)
    else:
        auth = as_caller(role, *(["service"] if role.startswith("service") else []))
    found: dict[str, str] = {}

    for method, template, name in ROUTES:
        answer = await client.request(
            method,
            path_of(template, world, referral),
            auth=auth,
            headers={"If-Match": '"1"', "Idempotency-Key": str(new_id())},
            **a_request(world, name),
        )
        if fault := wrong(name, role, world, answer):
            found[f"{method} {template}"] = f"{fault} ({answer.status_code})"

    assert found == {}
    of_the_referral = [fact for name, fact in await world.told() if fact["referral_id"] == referral["id"]]
    assert len(of_the_referral) == 1


async def test_without_a_token_no_route_gives_anything(client: httpx.AsyncClient, world: World) -> None:
    ids = {"id": str(new_id()), "person_id": str(new_id()), "row_id": str(new_id()), "household_id": str(new_id())}

    statuses = {
        f"{method} {template}": (
            await client.request(method, path_of(template, world, ids), **a_request(world, name))
        ).status_code
        for method, template, name in ROUTES
    }

    assert set(statuses.values()) == {401}


def test_every_route_is_asked() -> None:
    assert {name for _, _, name in ROUTES} == set(api.PERMISSIONS)
