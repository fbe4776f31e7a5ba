"""Whatever is done to a referral, and whoever looks at one, is on the record once, in codes and ids."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from kith_chassis import migrating
from kith_chassis.audit import verify_lines
from kith_chassis.identity import ANYONE, DUTY_ROLES
from kith_chassis.settings import MigrationSettings
from kith_referrals import api
from tests.conftest import AsCaller, HttpOf
from tests.referrals.test_api import TODAY, a_body, an_import, post, version
from tests.referrals.test_importing import a_row
from tests.referrals.test_tenancy import OWN, PRIVATE, PUBLIC, ROUTES, Full, a_request, full, kept, path_of
from tests.referrals.world import CHI_NUMBER, World, on_the_record
from tests.servers.postgres import Address, Databases

__all__ = ["full", "kept"]  # fixtures

WORDS = (*PRIVATE, "Example Practice", "trust@example.org", "northfield")


@pytest.fixture
def referrer(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("referrer", organisation_id=world.referrer.id, subject="referrer-1")


@pytest.fixture
def coordinator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("coordinator", organisation_id=world.host.id, subject="coordinator-1")


@pytest.fixture
def operator(as_caller: AsCaller) -> httpx.Auth:
    return as_caller("operator", subject="operator-1")


@pytest.fixture
async def referral(client: httpx.AsyncClient, world: World, referrer: httpx.Auth) -> UUID:
    made = await post(client, a_body(world, source_reference="Private/1"), referrer)
    return UUID(made.json()["id"])


async def since(world: World, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return (await on_the_record(world))[len(before) :]


DECLINED = {"decision": "decline", "reason": "out-of-area"}
WITHDRAWN = {"purpose": "tell-referrer", "state": "withdrawn", "recorded_on": TODAY, "how": "spoken"}
DEEDS: dict[str, tuple[str, str, Any, str, list[str]]] = {
    "accepting": ("coordinator", "decision", {"decision": "accept"}, "referral-accepted", ["accepted"]),
    "declining": ("coordinator", "decision", DECLINED, "referral-declined", ["declined", "out-of-area"]),
    "withdrawing": ("referrer", "withdrawal", None, "referral-withdrawn", ["withdrawn"]),
    "closing": ("referrer", "closure", {"reason": "died"}, "referral-closed", ["closed", "died"]),
    "another word": (
        *("referrer", "consent", WITHDRAWN, "referral-consent-changed"),
        ["submitted", "tell-referrer-withdrawn"],
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_change_leaves_one_entry_that_says_how(
    client: httpx.AsyncClient, world: World, referral: UUID, request: pytest.FixtureRequest, deed: str
) -> None:
    who, path, body, action, codes = DEEDS[deed]
    before = await on_the_record(world)

    auth = request.getfixturevalue(who)
    answer = await client.post(f"/referrals/{referral}/{path}", json=body, headers=version(1), auth=auth)

    [entry] = await since(world, before)
    assert answer.status_code == 200
    assert (entry["subject"], entry["action"], entry["codes"]) == (f"{who}-1", action, codes)
    assert (entry["about_kind"], entry["about_id"]) == ("referral", str(referral))


ACTIONS: dict[str, list[str]] = {
    "make_referral": ["referral-made"],
    "keep_draft": ["draft-kept"],
    "change_draft": ["draft-kept"],
    "submit_draft": ["referral-made"],
    "throw_draft_away": ["draft-thrown-away"],
    "log_contact_attempt": ["contact-attempted"],
    "list_contact_attempts": ["contact-attempts-listed"],
    "list_referrals": ["referrals-listed"],
    "get_referral": ["person-read"],
    "decide_referral": ["referral-accepted"],
    "acknowledge_referral": ["referral-acknowledged"],
    "ask_about_referral": ["referral-asked"],
    "withdraw_referral": ["referral-withdrawn"],
    "close_referral": ["referral-closed"],
    "change_consent": ["referral-consent-changed", "referral-withdrawn"],
    "list_steps": ["steps-listed"],
    "offer_choice": ["referral-made", "referral-made"],
    "make_referrals": ["referral-made", "referral-made"],
    "list_unread_notes": ["unread-notes-listed"],
    "invite": ["invitation-made"],
    "propose_agreement": ["agreement-proposed"],
    "import_rows": ["referral-made", "rows-imported"],
    "list_waiting_rows": ["waiting-rows-listed"],
    **{name: [] for name in ("list_mappings", "get_mapping", "check_mapping", "save_mapping")},
    "get_person_contact": ["person-contact-read"],
    "get_organisation_contact": ["organisation-contact-read"],
    "publish_organisation": ["organisation-published"],
    "publish_programme": ["programme-published"],
    "publish_agreement": ["agreement-signed"],
    "log_breach": ["breach-logged"],
    "list_breaches": ["breaches-listed"],
    "count_breaches": [],
    "take_complaint": ["complaint-received"],
    "list_complaints": ["complaints-listed"],
    "list_claims": ["claims-listed"],
    "misdirect_referral": ["referral-closed", "breach-logged"],
    "announce_closing": ["closing-announced", "agreement-ending", "agreement-ending"],
    "put_member": ["member-listed"],
    "end_membership": ["member-left"],
    "list_members": ["members-listed"],
    "put_client": ["client-registered"],
    "revoke_client": ["client-revoked"],
    "list_clients": ["clients-listed"],
    **{name: [] for name in ("get_member_list", "keep_member_list")},
    "get_person": ["person-read"],
    "get_concerned_person": ["concerned-person-read"],
    "get_help_request": ["help-request-read"],
    "list_likenesses": ["likenesses-listed"],
    "ask_for_access": ["subject-access-asked"],
    "gather_record": ["subject-access-gathered"],
    "close_access_request": ["subject-access-closed"],
    "extend_access_request": ["subject-access-extended"],
    "await_access_answer": ["subject-access-stopped"],
    "list_access_requests": [],
    "list_retention_reviews": [],
    "make_household": [],
    "get_household": [],
    **{name: [] for name in ("get_choice", "list_agreements", "get_agreement", "list_stale_programmes")},
    **{name: [] for name in OWN | PUBLIC},
}
"""What each route leaves on the record. What shows nobody leaves nothing."""
ELSEWHERE = {
    *(
        "answer_about_referral",
        "choose",
        "read_notes",
        "put_referral_off",
        "look_at_referral_again",
        "reopen_referral",
    ),  # steps like the others: one statement keeps and records them
    *("sign_agreement", "end_agreement", "confirm_programme", "get_definition"),
    *("merge_person", "unmerge_person", "keep_apart", "restrict_person", "record_death", "resolve_waiting_row"),
    *("recount_household", "join_household", "leave_household"),
    *("erase_person", "take_erasure_back", "hold_person", "lift_hold"),
    *("put_retention_schedule", "decide_retention_review"),
    "take_access_answer",
    *("claim_result", "get_claim", "reverse_claim", "draw_claim_sample", "get_claim_sample"),
    *("get_closing", "hand_over", "call_off_closing", "get_breach", "change_breach", "get_complaint", "move_complaint"),
}
"""What needs more of a story than one request, which other tests tell."""


def test_every_route_has_its_line() -> None:
    assert ACTIONS.keys() | ELSEWHERE == set(api.PERMISSIONS)


TOLD = [route for route in ROUTES if route[2] in ACTIONS]


@pytest.mark.parametrize(("method", "template", "name"), TOLD, ids=[name for _, _, name in TOLD])
async def test_each_route_leaves_its_entry_once(
    full: Full, as_caller: AsCaller, *, method: str, template: str, name: str
) -> None:
    client, world, referral = full
    body = a_request(world, name, referral)
    if name == "publish_programme":
        body["json"] |= {"organisation_id": str(world.host.id)}
    before = await on_the_record(world)

    answer = await client.request(
        method,
        path_of(template, world, referral),
        auth=who_may(name, world, as_caller),
        headers={**version(1), "Idempotency-Key": "k-1"},
        **body,
    )

    entries = await since(world, before)
    assert answer.is_success, answer.text
    assert [entry["action"] for entry in entries] == ACTIONS[name]
    assert {entry["subject"] for entry in entries} <= {"somebody"}


def who_may(name: str, world: World, as_caller: AsCaller) -> httpx.Auth:
    """Somebody with a role that the table of permissions gives the route to, in the organisation that it is about."""
    roles = api.PERMISSIONS[name]
    if "service:notifications" in roles:
        return as_caller("service", "service:notifications", subject="somebody")
    if roles == {"operator"}:
        return as_caller("operator", subject="somebody")
    by_host = {"decide_referral", "acknowledge_referral", "ask_about_referral", "log_contact_attempt"}
    organisation = world.host if name in by_host | {"get_help_request"} else world.referrer
    if roles == DUTY_ROLES:
        return as_caller(*roles, organisation_id=organisation.id, subject="somebody")
    role = "coordinator" if roles == ANYONE or "coordinator" in roles else "administrator"
    return as_caller(role, organisation_id=organisation.id, subject="somebody")


async def test_a_search_is_on_the_record_by_its_codes(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    await client.get(f"/referrals?status=submitted&programme={world.programme.id}", auth=referrer)

    entry = (await on_the_record(world))[-1]
    assert (entry["about_kind"], entry["about_id"]) == ("programme", str(world.programme.id))
    assert entry["codes"] == ["submitted"]


async def test_an_operator_who_looks_where_referrals_stand_is_on_the_record(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    before = await on_the_record(world)

    await client.get("/referrals", auth=operator)

    [entry] = await since(world, before)
    assert (entry["subject"], entry["action"], "organisation_id" in entry) == ("operator-1", "referrals-listed", False)


async def test_a_referral_that_is_made_is_on_the_record_once_however_often_it_is_sent(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    made = [await post(client, a_body(world), referrer, key="k-1") for _ in range(3)]

    entries = await on_the_record(world, about=UUID(made[0].json()["id"]))

    assert [entry["action"] for entry in entries] == ["referral-made"]


async def test_an_import_and_each_referral_it_makes_are_on_the_record(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    before = await on_the_record(world)

    rows = (a_row(1), a_row(2, CHI=CHI_NUMBER), a_row(3, CHI=CHI_NUMBER))
    done = await client.post("/imports/rows", json=an_import(world, *rows), auth=referrer)

    made = [row["referral_id"] for row in done.json() if row["referral_id"]]
    entries = await since(world, before)
    assert len(made) == 2
    assert sorted(entry["about_id"] for entry in entries if entry["action"] == "referral-made") == sorted(made)
    assert [entry["about_id"] for entry in entries if entry["action"] == "rows-imported"] == [str(world.referrer.id)]


@pytest.mark.parametrize(
    ("path", "body"),
    [("decision", {"decision": "decline", "reason": "because"}), ("closure", {"reason": "support-ended"})],
)
async def test_what_is_refused_leaves_no_entry(
    client: httpx.AsyncClient, world: World, referral: UUID, coordinator: httpx.Auth, *, path: str, body: dict[str, Any]
) -> None:
    before = await on_the_record(world)

    refused = await client.post(f"/referrals/{referral}/{path}", json=body, headers=version(1), auth=coordinator)

    assert refused.status_code in {409, 422}
    assert await since(world, before) == []


async def test_what_is_not_seen_leaves_no_entry(
    client: httpx.AsyncClient, world: World, referral: UUID, as_caller: AsCaller
) -> None:
    before = await on_the_record(world)

    answer = await client.get(
        f"/referrals/{referral}", auth=as_caller("coordinator", organisation_id=world.stranger.id)
    )

    assert answer.status_code == 404
    assert await since(world, before) == []


async def test_no_entry_says_who_anybody_is(
    client: httpx.AsyncClient,
    world: World,
    referral: UUID,
    *,
    referrer: httpx.Auth,
    coordinator: httpx.Auth,
    operator: httpx.Auth,
) -> None:
    await client.post("/imports/rows", json=an_import(world, a_row(1, CHI=CHI_NUMBER)), auth=referrer)
    await client.get(f"/referrals/{referral}", auth=coordinator)
    await client.post(f"/referrals/{referral}/decision", json=DECLINED, headers=version(1), auth=coordinator)
    await on_the_record(world)

    export = await client.get("/operations/audit/export", auth=operator)

    assert len(export.text.splitlines()) > 8
    assert [word for word in WORDS if word in export.text] == []


async def test_an_operator_reads_verifies_and_exports_it(
    client: httpx.AsyncClient, world: World, referral: UUID, operator: httpx.Auth
) -> None:
    await on_the_record(world)

    listed = (await client.get(f"/operations/audit?about={referral}", auth=operator)).json()
    head = (await client.get("/operations/audit/head", auth=operator)).json()
    verified = (await client.get("/operations/audit/verification", auth=operator)).json()
    exported = await client.get("/operations/audit/export", auth=operator)

    assert [entry["action"] for entry in listed["items"]] == ["referral-made"]
    assert listed["next"] is None
    assert verified == {
        "entries": head["sealed"],
        "sealed": head["sealed"],
        "unsealed": 1,
        "head": head["head"],
        "intact": True,
        "first_broken": None,
        "next": None,
    }
    link, broken = verify_lines(exported.text.splitlines())
    assert (str(link), broken) == (head["head"], None)
    assert {json.loads(line).get("number") for line in exported.text.splitlines()} == {*range(1, link.number + 1), None}


async def test_who_looks_at_the_record_is_on_the_record(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    before = await on_the_record(world)

    await client.get("/operations/audit", auth=operator)
    await client.get("/operations/audit/export", auth=operator)

    assert [(one["subject"], one["action"]) for one in await since(world, before)] == [
        ("operator-1", "audit-read"),
        ("operator-1", "audit-exported"),
    ]


async def test_it_is_listed_and_verified_in_parts(
    client: httpx.AsyncClient, world: World, referral: UUID, operator: httpx.Auth
) -> None:
    count = len(await on_the_record(world))

    listed = (await client.get("/operations/audit?limit=2", auth=operator)).json()
    rest = (await client.get(f"/operations/audit?after={listed['next']}", auth=operator)).json()
    part = (await client.get("/operations/audit/verification?limit=2", auth=operator)).json()
    end = (await client.get(f"/operations/audit/verification?after={part['next']}", auth=operator)).json()

    assert [one["number"] for one in (*listed["items"], *rest["items"])] == list(range(1, count + 1))
    assert (part["entries"], part["intact"], end["entries"], end["next"]) == (2, True, count - 2, None)


@pytest.mark.parametrize("query", ["after=3", "noted=3:abc", "after=" + "9" * 80])
async def test_what_is_no_link_is_refused(client: httpx.AsyncClient, operator: httpx.Auth, query: str) -> None:
    answer = await client.get(f"/operations/audit/verification?{query}", auth=operator)

    assert (answer.status_code, answer.json()["code"]) == (400, "link-malformed")


@pytest.mark.parametrize("role", ["referrer", "coordinator", "administrator", "service:notifications"])
@pytest.mark.parametrize("path", ["", "/head", "/verification", "/export"])
async def test_nobody_but_an_operator_reads_it(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, role: str, path: str
) -> None:
    organisation_id = None if role.startswith("service") else world.referrer.id

    answer = await client.get(f"/operations/audit{path}", auth=as_caller(role, organisation_id=organisation_id))

    assert answer.status_code == 403


async def test_a_service_that_knows_nobody_keeps_none(http_of: HttpOf, operator: httpx.Auth) -> None:
    reporting = await http_of("reporting")

    answer = await reporting.get("/operations/audit/verification", auth=operator)

    assert (answer.status_code, answer.json()["code"]) == (409, "no-audit")


@pytest.fixture
async def at_the_first_revision(databases: Databases) -> AsyncIterator[Address]:
    """A database as the first release left it."""
    async with databases.at_revision("referrals", "0001") as address:
        yield address


async def test_reads_that_were_recorded_before_are_the_first_entries(at_the_first_revision: Address) -> None:
    address = at_the_first_revision
    owner = await asyncpg.connect(address.owner_url)
    try:
        await owner.execute(
            "insert into reads (id, read_at, subject, client_id, kind, read_id, purpose) values"
            " (gen_random_uuid(), '2026-11-23 10:00+01', 'service-notifications', 'notifications', 'person', $1, 'x'),"
            " (gen_random_uuid(), '2026-11-23 08:30:00.5Z', 'service-notifications', 'notifications', 'organisation',"
            "  $1, 'message')",
            UUID(int=7),
        )

        settings = MigrationSettings(database_owner_url=SecretStr(address.owner_url))
        await asyncio.to_thread(migrating.migrate, "referrals", settings)

        moved = [json.loads(row["entry"]) for row in await owner.fetch("select entry from audit_tail order by id")]
        assert await owner.fetchval("select count(*) from reads") == 2
    finally:
        await owner.close()
    assert [(one["at"], one["action"], one["purpose"]) for one in moved] == [
        ("2026-11-23T08:30:00.500000+00:00", "organisation-contact-read", "message"),
        ("2026-11-23T09:00:00.000000+00:00", "person-contact-read", "x"),
    ]
    assert moved[0]["about_id"] == str(UUID(int=7))
