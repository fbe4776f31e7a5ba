"""Every route, asked by every role of an organisation that has nothing to do with the referral, or by nobody."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import httpx
import pytest
import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from kith_chassis.clock import new_id, now
from kith_chassis.identity import ANYONE, AUDIT_ROLES, DUTY_ROLES, ORGANISATION_ROLES
from kith_referrals import api, pages
from kith_referrals.domain.directory import FORMALITY, NEEDS, Term
from kith_referrals.domain.self_referral.floods import Limits
from kith_referrals.domain.self_referral.help_request import Place
from kith_referrals.pages.asking import Door, on_behalf_of
from kith_referrals.usecases import helping
from tests.builders import NOW
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.referrals.claiming import a_ledger
from tests.referrals.test_api import TODAY, a_body, an_import, post
from tests.referrals.test_importing import a_row
from tests.referrals.world import CHI_NUMBER, World
from tests.servers.postgres import Address, Databases, for_many_tests


def routes_of(*routers: APIRouter) -> list[tuple[str, str, str]]:
    return sorted(
        (method, context.path_format, context.endpoint.__name__)
        for router in routers
        for context in iter_route_contexts(router.routes)
        if context.methods and context.endpoint and context.path_format
        for method in context.methods
    )


ROUTES = routes_of(api.router)
PUBLIC_ROUTES = routes_of(pages.router(Door(Limits(1, 1), ())))
"""Pages for people without an account: what docs/architecture.md lets anybody ask."""
ROLES = [*sorted(ORGANISATION_ROLES), "operator", "service:matching"]
OWN = {"list_organisations", "get_organisation", "list_programmes", "get_programme"}
"""What everybody in the network may read: who there is and what they offer."""
PUBLIC = {
    *("about_directory", "describe_directory", "list_services", "get_service", "list_service_at_locations"),
    *("get_service_at_location", "list_taxonomies", "get_taxonomy", "list_taxonomy_terms", "get_taxonomy_term"),
    *("list_organizations", "get_organization"),
}
"""What anybody may read without a token: the directory."""
LISTS = {
    *("list_access_requests", "list_agreements", "list_breaches", "list_claims", "list_complaints", "list_mappings"),
    "list_referrals",
    *("list_retention_reviews", "list_stale_programmes", "list_unread_notes", "list_waiting_rows"),
}
"""What answers every organisation, with its own rows."""
MADE = {"make_referral", "keep_draft", "make_household", "log_breach", "take_complaint"}
"""What every member makes, for their own organisation."""
PRIVATE = ("Testwell", "Renée", "9990568855", "999 056 8855", CHI_NUMBER, "EH16", "person@example", "900123", "Private")
MANAGED = {
    *("keep_member_list", "get_member_list", "put_member", "list_members", "end_membership"),
    *("put_client", "list_clients", "revoke_client"),
}
"""What an organisation keeps about itself, which an operator mends for it: opaque ids, and nobody who is referred."""
CLOSING = {"announce_closing", "get_closing", "hand_over", "call_off_closing"}
"""What is there once a closing is announced, for the operator and those whose organisation closes."""
NOT_THE_OPERATORS = {"confirm_programme"}
"""What an organisation alone may do about what it offers."""

A_MEMBER = {"roles": ["referrer"], "starts_on": TODAY}
A_BREACH = {"what": ["lost"], "found_at": f"{TODAY}T00:00:00Z", "note": "Private note"}
A_COMPLAINT = {"category": "waiting", "received_on": TODAY, "answer_by": TODAY, "words": "Private words"}
A_CLAIM = {"result": "school-attendance", "achieved_on": TODAY, "evidence": "Private-1"}
A_CONCERN = {"concern_id": str(new_id()), "purpose": "emergency"}
A_CLIENT = {"roles": ["referrer"], "expires_on": "2099-12-31"}


class Full(NamedTuple):
    """A network of which one organisation has a referral with everything in it, and the way into the service."""

    client: httpx.AsyncClient
    world: World
    referral: dict[str, Any]


@dataclass
class Kept:
    """The database of such a network, once it was made; every test has a copy of it."""

    address: Address
    full: Full | None = None


@pytest.fixture(scope="session")
def kept(databases: Databases) -> Iterator[Kept]:
    with for_many_tests(databases.copy("referrals")) as address:
        yield Kept(address)


@pytest.fixture
async def full(
    kept: Kept, databases: Databases, database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> AsyncIterator[Full]:
    if kept.full is None:
        world = await World.made(await database_of(kept.address))
        client = await http_of("referrals", world.database)
        kept.full = Full(client, world, await a_full_referral(client, world, as_caller))
        await world.database.close()
    async with databases.copy("referrals", of=kept.address) as address:
        world = replace(kept.full.world, database=await database_of(address))
        yield Full(await http_of("referrals", world.database), world, kept.full.referral)
        await world.database.close()


async def a_full_referral(client: httpx.AsyncClient, world: World, as_caller: AsCaller) -> dict[str, Any]:
    """A referral with everything in it, and a row that waits for a human."""
    referrer = as_caller("referrer", organisation_id=world.referrer.id)
    made = await post(client, a_body(world, source_reference="Private/1"), referrer)
    rows = (a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))
    await client.post("/imports/rows", json=an_import(world, *rows), auth=referrer)
    coordinator = as_caller("coordinator", organisation_id=world.referrer.id)
    waiting = (await client.get("/imports/waiting", auth=coordinator)).json()["items"]
    draft = {name: value for name, value in a_body(world).items() if name != "consent"}
    kept = await post(client, draft, referrer, path="/referrals/drafts")
    keyed = {"Idempotency-Key": str(new_id())}
    household = await client.post("/households", json={"others": {"family": 2}}, auth=referrer, headers=keyed)
    await client.put("/import-mappings/harbour", json=an_import(world)["mapping"], auth=referrer)
    also = await world.another_programme()
    body = {name: value for name, value in a_body(world).items() if name != "programme_id"}
    choice = await post(
        client, {**body, "programme_ids": [str(world.programme.id), str(also.id)]}, referrer, path="/choices"
    )
    administrator = as_caller("administrator", organisation_id=world.referrer.id)
    own = f"/organisations/{world.referrer.id}"
    await client.put(f"{own}/members/Private-1", json=A_MEMBER, auth=administrator)
    await client.put(f"{own}/clients/Private-1", json=A_CLIENT, auth=administrator)
    keyed = {"Idempotency-Key": str(new_id())}
    breach = await client.post("/breaches", json=A_BREACH, auth=administrator, headers=keyed)
    complaint = await client.post("/complaints", json=A_COMPLAINT, auth=administrator, headers=keyed)
    found: dict[str, Any] = made.json()
    person = f"/people/{found['person_id']}"
    asked = await post(client, {"asked_on": TODAY}, administrator, path=f"{person}/subject-access")
    return {
        **found,
        "choice_id": choice.json()["id"],
        "also": str(also.id),
        "draft_id": kept.json()["id"],
        "row_id": waiting[0]["id"],
        "household_id": household.json()["id"],
        "request_id": asked.json()["id"],
        "breach_id": breach.json()["id"],
        "complaint_id": complaint.json()["id"],
        **await a_claim(client, world, as_caller),
        "help_request_id": str(await a_help_request(world, UUID(found["id"]))),
    }


async def a_claim(client: httpx.AsyncClient, world: World, as_caller: AsCaller) -> dict[str, Any]:
    """A claim of the host's, in a sample for the referrer's auditors."""
    ledger = await a_ledger(client, world, as_caller)
    household_id, _ = await ledger.family()
    claim = await ledger.claim(household_id, evidence="Private-1")
    sample = await ledger.draw(world.referrer.id)
    return {
        "claim_id": claim.json()["id"],
        "sample_id": sample.json()["id"],
        "claimed_for": {"programme_id": str(ledger.programme_id), "household_id": household_id},
    }


async def a_help_request(world: World, referral_id: UUID) -> UUID:
    """That the person of a referral to the host asked for help by a private link."""
    place = Place(referral_id, world.programme.id, world.host.id, "EH16", closed_at=None)
    async with world.database.transaction(on_behalf_of(world.host.id)) as tx:
        await helping.ask(tx, place, now=NOW)
        kept: UUID = (await tx.execute(sa.text("select id from help_requests"))).scalar_one()
    return kept


def a_request(world: World, name: str, referral: dict[str, Any]) -> dict[str, Any]:
    """What the route would do, if it did it."""
    parties = {"sharer_id": str(world.referrer.id), "receiver_id": str(world.host.id)}
    agreement = {**parties, "starts_on": TODAY, "level": "codes-until-accepted"}
    wish = {name: value for name, value in a_body(world).items() if name != "programme_id"}
    draft = {name: value for name, value in a_body(world).items() if name != "consent"}
    bodies: dict[str, Any] = {
        "make_referral": a_body(world),
        "make_referrals": {"referrals": [a_body(world), a_body(world)]},
        "decide_referral": {"decision": "accept"},
        "ask_about_referral": {"note": "Private question"},
        "answer_about_referral": {"note": "Private answer"},
        "offer_choice": {**wish, "programme_ids": [str(world.programme.id), referral["also"]]},
        "choose": {"referral_id": referral["id"]},
        "close_referral": {"reason": "died"},
        "reopen_referral": {"reason": "person-came-back"},
        "put_referral_off": {"revisit_on": str(date.fromisoformat(TODAY) + timedelta(days=30))},
        "keep_draft": draft,
        "change_draft": draft,
        "submit_draft": {"consent": a_body(world)["consent"]},
        "log_contact_attempt": {"attempted_at": now().isoformat(), "channel": "visit", "outcome": "no-answer"},
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
        "erase_person": {"rule": "objected"},
        "decide_retention_review": {"decision": "erase", "reason": "It is time."},
        "ask_for_access": {"asked_on": TODAY},
        "close_access_request": {"closed_on": TODAY, "outcome": "given"},
        "extend_access_request": {"told_on": TODAY, "reason": "complex"},
        "await_access_answer": {"asked_on": TODAY, "for": "identity"},
        "take_access_answer": {"answered_on": TODAY},
        "hold_person": {"reason": "A claim."},
        "lift_hold": {"reason": "It is settled."},
        "propose_agreement": agreement,
        "publish_agreement": agreement,
        "log_breach": A_BREACH,
        "change_breach": A_BREACH,
        "misdirect_referral": {"note": "Private note"},
        "take_complaint": A_COMPLAINT,
        "move_complaint": {"step": "acknowledge", "on": TODAY},
        "claim_result": A_CLAIM | referral["claimed_for"],
        "reverse_claim": {"reason": "relapsed"},
        "draw_claim_sample": {
            "programme_id": referral["claimed_for"]["programme_id"],
            "auditor_id": str(world.referrer.id),
            "claims": 2,
            "until": TODAY,
        },
        "announce_closing": {"closes_on": "2099-12-31", "administrator": "Private-1"},
        "put_member": {**A_MEMBER, "roles": ["coordinator"]},
        "put_client": {**A_CLIENT, "roles": ["coordinator"]},
        "end_membership": {"left_on": TODAY},
        "keep_member_list": {"kept": False},
        "invite": {"programme_id": str(world.programme.id)},
        "import_rows": an_import(world, a_row(3)),
        "check_mapping": an_import(world)["mapping"],
        "save_mapping": an_import(world)["mapping"],
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
    if name == "get_concerned_person":
        return {"params": A_CONCERN}
    return {"json": bodies.get(name)} if name in bodies else {}


def path_of(template: str, world: World, referral: dict[str, Any]) -> str:
    """The route's path, to what belongs to others."""
    of_drafts = template.endswith(("/draft", "/submission"))
    return template.format(
        referral_id=referral["draft_id" if of_drafts else "id"],
        choice_id=referral["choice_id"],
        agreement_id=referral["agreement_id"],
        person_id=referral["person_id"],
        row_id=referral["row_id"],
        household_id=referral["household_id"],
        name="harbour",
        request_id=referral["request_id"],
        review_id=referral["request_id"],
        breach_id=referral["breach_id"],
        complaint_id=referral["complaint_id"],
        claim_id=referral["claim_id"],
        sample_id=referral["sample_id"],
        help_request_id=referral["help_request_id"],
        organisation_id=world.referrer.id,
        subject="Private-1",
        client_id="Private-1",
        programme_id=world.programme.id,
        service_id=world.programme.id,
        service_at_location_id=uuid5(world.programme.id, "telephone"),
        organization_id=world.host.id,
        taxonomy_id=NEEDS.id,
        taxonomy_term_id=Term(FORMALITY, "formal").id,
    )


def wrong(  # noqa: PLR0911 - one line for each kind of route
    name: str, role: str, world: World, answer: httpx.Response
) -> str | None:
    """What is wrong with the answer, or None."""
    member = role in ORGANISATION_ROLES
    managing = role == "operator" and name in MANAGED | CLOSING
    if any(private in answer.text for private in PRIVATE) and not managing:
        return "it leaks"
    if name == "get_definition":
        return None if answer.status_code == 404 else "there is none here"
    if name in OWN | PUBLIC:
        return None if answer.status_code == 200 else "everybody may read it"
    if role == "operator" and name not in LISTS | NOT_THE_OPERATORS and "operator" in api.PERMISSIONS[name]:
        fine = {200, 201, 422} | ({404} if name in CLOSING else {412} if name in MANAGED else set())
        return None if answer.status_code in fine else "the operator may publish"
    if name in LISTS and answer.status_code == 200:
        own = all(
            str(world.stranger.id) in {one.get("sharer_id"), one.get("receiver_id")} for one in answer.json()["items"]
        )
        return None if own or not member else "it lists what is others'"
    if name == "invite" and member:
        return None if answer.status_code == 201 else "everybody in the network may hand over a link"
    if name in MADE and role in api.PERMISSIONS[name]:
        own = answer.json().get("referring_organisation_id", str(world.stranger.id)) == str(world.stranger.id)
        return None if own and answer.status_code == 201 else "it is made in another's name"
    if name == "make_referrals" and member:
        made = [one["referral"] for one in answer.json()["results"]]
        own = {one["referring_organisation_id"] for one in made} == {str(world.stranger.id)}
        return None if own else "it is made in another's name"
    if name == "offer_choice" and member:
        made = answer.json().get("referrals", [answer.json()])
        own = {one.get("referring_organisation_id") for one in made} == {str(world.stranger.id)}
        return None if own else "it is made in another's name"
    return None if answer.status_code in {403, 404} else "it is answered"


@pytest.mark.parametrize("role", ROLES)
async def test_of_what_is_others_every_route_gives_nothing_to(full: Full, as_caller: AsCaller, role: str) -> None:
    client, world, referral = full
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
            **a_request(world, name, referral),
        )
        if fault := wrong(name, role, world, answer):
            found[f"{method} {template}"] = f"{fault} ({answer.status_code})"

    assert found == {}
    of_the_referral = [fact for _, fact in await world.told() if fact.get("referral_id") == referral["id"]]
    assert len(of_the_referral) == 1


@pytest.mark.parametrize(
    ("roles", "theirs"),
    [(AUDIT_ROLES, {"get_claim_sample"}), (DUTY_ROLES, {"get_concerned_person", "get_help_request"})],
    ids=["auditor", "lead"],
)
async def test_of_what_is_others_auditors_and_leads_may_ask_for_little_and_get_nothing(
    full: Full, as_caller: AsCaller, *, roles: frozenset[str], theirs: set[str]
) -> None:
    client, world, referral = full
    auth = as_caller(*roles, organisation_id=world.stranger.id)

    statuses = {
        name: (
            await client.request(
                method,
                path_of(template, world, referral),
                auth=auth,
                headers={"If-Match": '"1"', "Idempotency-Key": str(new_id())},
                **a_request(world, name, referral),
            )
        ).status_code
        for method, template, name in ROUTES
        if name not in PUBLIC
    }

    assert statuses == dict.fromkeys(statuses, 403) | dict.fromkeys(theirs, 404)


async def test_without_a_token_no_route_but_the_public_ones_gives_anything(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = {
        name: str(new_id())
        for name in (
            *("id", "draft_id", "person_id", "choice_id", "also", "agreement_id", "row_id", "household_id"),
            *("request_id", "breach_id", "complaint_id", "claim_id", "sample_id", "help_request_id"),
        )
    } | {"claimed_for": {"programme_id": str(new_id())}}

    statuses = {
        name: (await client.request(method, path_of(template, world, ids), **a_request(world, name, ids))).status_code
        for method, template, name in ROUTES
    }

    assert {name for name, status in statuses.items() if status == 200} == PUBLIC
    assert {status for name, status in statuses.items() if name not in PUBLIC} == {401}


def test_only_the_directory_is_public() -> None:
    open_to_anyone = {name for name, roles in api.PERMISSIONS.items() if roles == ANYONE}

    assert open_to_anyone == PUBLIC
    assert {(method, template.split("/")[1]) for method, template, name in ROUTES if name in PUBLIC} == {
        ("GET", "directory")
    }


async def test_anybody_may_ask_for_a_page_and_no_page_shows_anybody(full: Full, as_caller: AsCaller) -> None:
    client, world, referral = full

    answers = {
        f"{method} {template}": await client.request(
            method, template.format(slug=world.programme.slug, token=referral["id"])
        )
        for method, template, _ in PUBLIC_ROUTES
    }

    assert {where: answer.status_code for where, answer in answers.items()} == {
        "GET /refer/invitation/{token}": 404,
        "GET /refer/{slug}": 200,
        "GET /status/{token}": 404,
        "GET /status/{token}/change-of-mind": 404,
        "GET /status/{token}/help": 404,
        "GET /status/{token}/help/asked": 404,
        "POST /refer/invitation/{token}": 404,
        "POST /refer/{slug}": 422,
        "POST /status/{token}/change-of-mind": 404,
        "POST /status/{token}/help": 404,
    }
    assert not [where for where, answer in answers.items() if any(private in answer.text for private in PRIVATE)]


def test_every_route_is_asked() -> None:
    assert {name for _, _, name in ROUTES} == set(api.PERMISSIONS)
    assert {name for _, _, name in PUBLIC_ROUTES} == set(pages.PERMISSIONS)


def test_pages_and_the_directory_alone_are_open_to_anybody() -> None:
    assert set(pages.PERMISSIONS.values()) == {ANYONE}
    assert {name for name, roles in api.PERMISSIONS.items() if roles == ANYONE} == PUBLIC
