from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_chassis.identity import Caller
from kith_contracts.referrals import ReferralCreated
from kith_matching.api import PERMISSIONS
from kith_matching.tables import metadata
from tests.conftest import AsCaller
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage
from tests.servers.services import Bearer

PUBLIC = {"programmes"}
"""Tables without people, supporters or referrals."""


@dataclass(frozen=True)
class Ours:
    """What one organisation has, of which nobody else may learn anything."""

    desk: Desk
    referral: ReferralCreated
    supporter_id: str
    proposal_id: str
    match_id: str
    session_id: str
    contact_id: str
    group_id: str

    @property
    def secrets(self) -> set[str]:
        """What must not be in any answer."""
        found = {getattr(self, name) for name in self.__dataclass_fields__ if name.endswith("_id")}
        return found | {
            "Testwell",
            "example.org",
            "900456",
            str(self.referral.person_id),
            str(self.referral.referral_id),
        }


@pytest.fixture
async def ours(desk: Desk) -> Ours:
    match_id = await desk.a_match()
    match = (await desk.get(f"/matches/{match_id}")).json()
    referral = await desk.a_referral()
    supporter_id = await desk.a_supporter()
    proposal = await desk.a_proposal(referral, supporter_id)
    group_id = str(new_id())
    meeting = await desk.create("/sessions", a_meeting(desk, group_id, desk.programme.programme_id))
    contact = await desk.create("/contacts", a_contact(desk))
    return Ours(
        desk,
        referral,
        match["supporter_id"],
        proposal.json()["id"],
        match_id,
        meeting.json()["id"],
        contact.json()["id"],
        group_id,
    )


def a_meeting(desk: Desk, group_id: str, programme_id: UUID) -> dict[str, Any]:
    return {
        "kind": "group",
        "group_id": group_id,
        "programme_id": str(programme_id),
        "held_on": desk.today,
        "minutes": 90,
        "channel": "in-person",
    }


def a_contact(desk: Desk) -> dict[str, Any]:
    programme_id = str(desk.programme.programme_id)
    return {"programme_id": programme_id, "held_on": desk.today, "kind": "outreach", "people": 3}


def a_session(ours: Ours) -> dict[str, Any]:
    return {
        "kind": "one-to-one",
        "match_id": ours.match_id,
        "held_on": ours.desk.today,
        "minutes": 30,
        "channel": "telephone",
    }


def attempts(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """For every route a request that would succeed if its own organisation made it."""
    pair = {"referral_id": str(ours.referral.referral_id), "supporter_id": ours.supporter_id}
    return {
        "put_supporter": ("PUT", f"/supporters/{ours.supporter_id}", a_supporter_body(capacity=9)),
        "list_supporters": ("GET", "/supporters", None),
        "get_supporter": ("GET", f"/supporters/{ours.supporter_id}", None),
        "read_supporter_contact": ("GET", f"/internal/supporters/{ours.supporter_id}/contact", None),
        "list_waiting": ("GET", "/waiting", None),
        "list_candidates": ("GET", f"/referrals/{ours.referral.referral_id}/candidates", None),
        "propose": ("POST", "/proposals", pair),
        "get_proposal": ("GET", f"/proposals/{ours.proposal_id}", None),
        "answer_proposal": (
            "POST",
            f"/proposals/{ours.proposal_id}/answers",
            {"answered_by": "person", "answer": "yes"},
        ),
        "list_matches": ("GET", "/matches", None),
        "get_match": ("GET", f"/matches/{ours.match_id}", None),
        "end_match": ("POST", f"/matches/{ours.match_id}/ending", {"ending": "planned"}),
        "log_session": ("POST", "/sessions", a_session(ours)),
        "get_session": ("GET", f"/sessions/{ours.session_id}", None),
        "log_contact": ("POST", "/contacts", a_contact(ours.desk)),
        "get_contact": ("GET", f"/contacts/{ours.contact_id}", None),
    }


LISTS = {"list_supporters", "list_waiting", "list_matches"}
"""Lists of one's own things: for others they are there, and empty."""


async def attempt(ours: Ours, name: str, auth: Bearer | None) -> httpx.Response:
    method, path, body = attempts(ours)[name]
    headers = {"If-Match": '"1"', "Idempotency-Key": str(new_id())}
    return await ours.desk.client.request(method, path, json=body, headers=headers, auth=auth)


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
@pytest.mark.parametrize("role", ["referrer", "coordinator", "administrator"])
async def test_another_organisation_gets_nothing(ours: Ours, as_caller: AsCaller, name: str, role: str) -> None:
    before = await ours.desk.stage.told()

    answer = await attempt(ours, name, as_caller(role, organisation_id=new_id()))

    if role != "referrer" and name in LISTS:
        assert answer.json() == {"items": [], "next": None}
    else:
        assert answer.status_code in {403, 404}
    assert not any(secret in answer.text for secret in ours.secrets)
    assert await ours.desk.stage.told_since(before) == []


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
async def test_a_referrer_of_the_same_organisation_sees_no_supporters(
    ours: Ours, as_caller: AsCaller, name: str
) -> None:
    answer = await attempt(ours, name, as_caller("referrer", organisation_id=ours.desk.stage.organisation_id))

    assert answer.status_code == 403
    assert not any(secret in answer.text for secret in ours.secrets)


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
@pytest.mark.parametrize("roles", [("operator",), ("service", "service:reporting")])
async def test_who_runs_the_network_sees_no_supporters(
    ours: Ours, as_caller: AsCaller, name: str, roles: tuple[str, ...]
) -> None:
    answer = await attempt(ours, name, as_caller(*roles))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", sorted(set(PERMISSIONS) - {"read_supporter_contact"}))
async def test_the_service_that_writes_to_supporters_does_nothing_else(
    ours: Ours, as_caller: AsCaller, name: str
) -> None:
    assert (await attempt(ours, name, as_caller("service", "service:notifications"))).status_code == 403


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
async def test_without_a_token_there_is_nothing(ours: Ours, name: str) -> None:
    assert (await attempt(ours, name, None)).status_code == 401


async def test_another_organisation_cannot_join_in_our_group(ours: Ours, as_caller: AsCaller) -> None:
    theirs = Desk(ours.desk.client, Stage(ours.desk.stage.database), as_caller)
    await theirs.open()

    answer = await theirs.create("/sessions", a_meeting(theirs, ours.group_id, theirs.programme.programme_id))

    assert (answer.status_code, answer.json()["code"]) == (404, "group-not-found")


@pytest.mark.parametrize("table", sorted(set(metadata.tables) - PUBLIC))
async def test_sql_without_an_organisation_finds_no_rows_on_a_connection_that_had_one(ours: Ours, table: str) -> None:
    count = sa.text(f"select count(*), pg_backend_pid() from {table}")
    database = ours.desk.stage.database
    await ours.desk.client.get(f"/internal/supporters/{ours.supporter_id}/contact", auth=ours.desk.auth)

    async with database.transaction(ours.desk.stage.caller) as tx:
        _, first = (await tx.execute(count)).one()
    async with database.transaction(Caller("nobody", None, frozenset(), "nobody")) as tx:
        rows, second = (await tx.execute(count)).one()
    async with database.transaction(Caller("other", new_id(), frozenset({"coordinator"}), "other")) as tx:
        foreign = (await tx.execute(count)).one()[0]

    assert first == second
    assert (rows, foreign) == (0, 0)
