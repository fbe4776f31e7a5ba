from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, new_pseudonym, now
from kith_chassis.identity import Caller
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ReferralCreated
from kith_matching.api import PERMISSIONS
from kith_matching.domain.exchange import Agreement, AgreementState, Member
from kith_matching.domain.mediation import Mediation, Party, PartyKind
from kith_matching.domain.places import ANSWERED_WITHIN, Place, PlaceState
from kith_matching.domain.proposal import PERSON_ANSWERS_WITHIN
from kith_matching.domain.quality import Quality
from kith_matching.store.exchange import insert_agreement, insert_member
from kith_matching.store.mediations import save_mediations
from kith_matching.store.places import save_places
from kith_matching.store.quality import save_told
from kith_matching.tables import metadata
from tests.conftest import AsCaller
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.stage import Stage
from tests.servers.services import Bearer

WITH_EVERYTHING = ProgrammeTerms(
    definition_version=1, components=("mediation", "exchange"), knowing_each_other="expected"
)
PUBLIC = {"programmes", "programme_versions"}
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
    round_id: str
    place_id: str
    mediation_id: str
    member_ids: tuple[str, str, str]
    agreement_id: str

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
            *self.member_ids,
        }


@pytest.fixture
async def ours(desk: Desk) -> Ours:
    match_id = await desk.a_match()
    match = (await desk.get(f"/matches/{match_id}")).json()
    referral = await desk.a_referral()
    supporter_id = await desk.a_supporter()
    await desk.a_referral()  # one more than there are places: so the round leaves picks and prices
    await desk.a_referral()
    await desk.a_referral()
    round_ = await desk.create(f"/programmes/{desk.programme.programme_id}/rounds", None)
    proposal = await desk.a_proposal(referral, supporter_id)
    group_id = str(new_id())
    meeting = await desk.create("/sessions", a_meeting(desk, group_id, desk.programme.programme_id))
    contact = await desk.create("/contacts", a_contact(desk))
    await desk.put(f"/groups/{group_id}", a_group(desk, supporter_id))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": WITH_EVERYTHING}))
    place = an_offered_place(referral, group_id)
    mediation = a_mediation(desk, referral, supporter_id, match["supporter_id"])
    members = [a_member(desk) for _ in range(3)]
    agreement = an_agreement(members[0], members[1])
    async with desk.stage.database.network_transaction() as tx:
        await save_places(tx, [place])
        await save_mediations(tx, [mediation])
        for member in members:
            await insert_member(tx, member)
        await insert_agreement(tx, agreement)
        await save_told(tx, [Quality(desk.programme.programme_id, desk.stage.organisation_id, 92)])
    return Ours(
        desk,
        referral,
        match["supporter_id"],
        proposal.json()["id"],
        match_id,
        meeting.json()["id"],
        contact.json()["id"],
        group_id,
        round_.json()["id"],
        str(place.id),
        str(mediation.id),
        (str(members[0].id), str(members[1].id), str(members[2].id)),
        str(agreement.id),
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


def a_group(desk: Desk, supporter_id: str, **different: Any) -> dict[str, Any]:
    return {
        "programme_id": str(desk.programme.programme_id),
        "facilitators": [supporter_id],
        "starts_on": desk.today,
        "channel": "in-person",
    } | different


def an_offered_place(referral: ReferralCreated, group_id: str) -> Place:
    """A place in the group that is held for the person of the referral."""
    return Place(
        id=new_id(),
        group_id=UUID(group_id),
        referral_id=referral.referral_id,
        programme_id=referral.programme_id,
        organisation_id=referral.programme_organisation_id,
        comes_with=0,
        state=PlaceState.OFFERED,
        joined_at=now(),
        answer_by=now() + ANSWERED_WITHIN,
    )


def a_mediation(desk: Desk, referral: ReferralCreated, supporter_id: str, mediator_id: str) -> Mediation:
    """A mediation between a person and their supporter, who are both still to answer."""
    return Mediation(
        id=new_id(),
        programme_id=referral.programme_id,
        organisation_id=desk.stage.organisation_id,
        first=Party(PartyKind.REFERRAL, referral.referral_id),
        second=Party(PartyKind.SUPPORTER, UUID(supporter_id)),
        mediator_id=UUID(mediator_id),
        proposed_at=now(),
        answer_by=now() + PERSON_ANSWERS_WITHIN,
    )


def parties(ours: Ours) -> dict[str, Any]:
    """A dispute between a person and the supporter of somebody else."""
    return {
        "programme_id": str(ours.desk.programme.programme_id),
        "parties": [
            {"kind": "referral", "id": str(ours.referral.referral_id)},
            {"kind": "supporter", "id": ours.supporter_id},
        ],
    }


def a_member(desk: Desk) -> Member:
    """A member of the programme's exchange who could teach others, and wishes to learn."""
    return Member(
        id=new_pseudonym(),
        programme_id=desk.programme.programme_id,
        organisation_id=desk.stage.organisation_id,
        needs=("music",),
        skills=("music",),
        times=(),
        telephone="07700 900456",
    )


def an_agreement(first: Member, second: Member) -> Agreement:
    """Two members who both said yes."""
    asked = Agreement(new_id(), first.programme_id, first.organisation_id, first.id, second.id, now())
    return replace(asked, state=AgreementState.AGREED, first_agreed=True, second_agreed=True)


def a_member_body(ours: Ours) -> dict[str, Any]:
    return {"programme_id": str(ours.desk.programme.programme_id), "telephone": "07700 900456", "skills": ["cooking"]}


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
        "hold_round": ("POST", f"/programmes/{ours.desk.programme.programme_id}/rounds", None),
        "get_round": ("GET", f"/rounds/{ours.round_id}", None),
        "list_rounds": ("GET", "/rounds", None),
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
        "put_group": ("PUT", f"/groups/{ours.group_id}", a_group(ours.desk, ours.supporter_id, setting="library")),
        "list_groups": ("GET", "/groups", None),
        "get_group": ("GET", f"/groups/{ours.group_id}", None),
        "join_group": ("POST", f"/groups/{ours.group_id}/places", {"referral_id": str(ours.referral.referral_id)}),
        "list_places": ("GET", f"/groups/{ours.group_id}/places", None),
        "get_place": ("GET", f"/places/{ours.place_id}", None),
        "answer_place": ("POST", f"/places/{ours.place_id}/answers", {"answer": "yes"}),
        "leave_place": ("POST", f"/places/{ours.place_id}/leaving", {}),
        "propose_mediation": ("POST", "/mediations", parties(ours)),
        "list_mediations": ("GET", "/mediations", None),
        "get_mediation": ("GET", f"/mediations/{ours.mediation_id}", None),
        "answer_mediation": (
            "POST",
            f"/mediations/{ours.mediation_id}/answers",
            {"answered_by": "first", "answer": "yes"},
        ),
        "end_mediation": ("POST", f"/mediations/{ours.mediation_id}/ending", {"outcome": "did-not-take-place"}),
        **attempts_to_exchange(ours),
        "log_session": ("POST", "/sessions", a_session(ours)),
        "list_sessions": ("GET", "/sessions", None),
        "get_session": ("GET", f"/sessions/{ours.session_id}", None),
        "log_contact": ("POST", "/contacts", a_contact(ours.desk)),
        "list_contacts": ("GET", "/contacts", None),
        "get_contact": ("GET", f"/contacts/{ours.contact_id}", None),
    }


def attempts_to_exchange(ours: Ours) -> dict[str, tuple[str, str, Any]]:
    """The same for the exchange."""
    first, _, third = ours.member_ids
    member, agreement = f"/exchange/members/{first}", f"/exchange/agreements/{ours.agreement_id}"
    suggestions = f"/exchange/{ours.desk.programme.programme_id}/suggestions?member={first}"
    return {
        "put_exchange_member": ("PUT", member, a_member_body(ours)),
        "list_exchange_members": ("GET", "/exchange/members", None),
        "get_exchange_member": ("GET", member, None),
        "leave_exchange": ("DELETE", member, None),
        "list_exchange_suggestions": ("GET", suggestions, None),
        "ask_exchange_members": ("POST", "/exchange/agreements", {"member_ids": [first, third]}),
        "get_exchange_agreement": ("GET", agreement, None),
        "answer_exchange_agreement": ("POST", f"{agreement}/answers", {"member_id": first, "answer": "no"}),
        "read_exchange_number": ("GET", f"{agreement}/number?member={first}", None),
    }


LISTS = {
    *("list_supporters", "list_waiting", "list_rounds", "list_matches", "list_groups", "list_places"),
    *("list_mediations", "list_exchange_members", "list_sessions", "list_contacts"),
}
"""Lists of one's own things: for others they are there, and empty."""


async def attempt(ours: Ours, name: str, auth: Bearer | None) -> httpx.Response:
    method, path, body = attempts(ours)[name]
    headers = {"If-Match": '"1"', "Idempotency-Key": str(new_id())}
    return await ours.desk.client.request(method, path, json=body, headers=headers, auth=auth)


async def attempts_of(ours: Ours, auth: Bearer | None, names: Iterable[str] = PERMISSIONS) -> dict[str, Any]:
    """What each route answers: its status, or the body of what should not have been answered."""
    answers = {name: await attempt(ours, name, auth) for name in names}
    leaking = [name for name, answer in answers.items() if any(secret in answer.text for secret in ours.secrets)]
    assert leaking == []
    return {name: answer.json() if answer.is_success else answer.status_code for name, answer in answers.items()}


async def test_every_route_is_attempted(ours: Ours) -> None:
    assert set(attempts(ours)) == set(PERMISSIONS)


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
async def test_another_organisation_gets_nothing(ours: Ours, as_caller: AsCaller, role: str) -> None:
    before = await ours.desk.stage.told()

    answers = await attempts_of(ours, as_caller(role, organisation_id=new_id()))

    empty: Any = {"items": [], "next": None}
    expected = dict.fromkeys(PERMISSIONS, 404) | dict.fromkeys(LISTS, empty) | {"read_supporter_contact": 403}
    assert answers == expected
    assert await ours.desk.stage.told_since(before) == []


@pytest.mark.parametrize("own", [True, False])
async def test_a_referrer_sees_no_supporters_of_whichever_organisation(
    ours: Ours, as_caller: AsCaller, *, own: bool
) -> None:
    organisation_id = ours.desk.stage.organisation_id if own else new_id()

    answers = await attempts_of(ours, as_caller("referrer", organisation_id=organisation_id))

    assert answers == dict.fromkeys(PERMISSIONS, 403)


@pytest.mark.parametrize("roles", [("operator",), ("service", "service:reporting"), ("service", "service:referrals")])
async def test_who_runs_the_network_sees_no_supporters(ours: Ours, as_caller: AsCaller, roles: tuple[str, ...]) -> None:
    assert await attempts_of(ours, as_caller(*roles)) == dict.fromkeys(PERMISSIONS, 403)


async def test_the_service_that_writes_to_supporters_does_nothing_else(ours: Ours, as_caller: AsCaller) -> None:
    others = set(PERMISSIONS) - {"read_supporter_contact"}

    answers = await attempts_of(ours, as_caller("service", "service:notifications"), others)

    assert answers == dict.fromkeys(others, 403)


async def test_without_a_token_there_is_nothing(ours: Ours) -> None:
    assert await attempts_of(ours, None) == dict.fromkeys(PERMISSIONS, 401)


async def test_another_organisation_cannot_join_in_our_group(ours: Ours, as_caller: AsCaller) -> None:
    theirs = Desk(ours.desk.client, Stage(ours.desk.stage.database), as_caller)
    await theirs.open()

    answer = await theirs.create("/sessions", a_meeting(theirs, ours.group_id, theirs.programme.programme_id))

    assert (answer.status_code, answer.json()["code"]) == (404, "group-not-found")


async def test_sql_without_an_organisation_finds_no_rows_on_a_connection_that_had_one(
    ours: Ours, as_caller: AsCaller
) -> None:
    path = f"/internal/supporters/{ours.supporter_id}/contact"
    await ours.desk.client.get(path, auth=as_caller("service", "service:notifications"))
    nobody = Caller("nobody", None, frozenset(), "nobody")
    stranger = Caller("stranger", new_id(), frozenset({"coordinator"}), "stranger")

    own, connection = await count(ours, ours.desk.stage.caller)
    none, same_connection = await count(ours, nobody)
    foreign, _ = await count(ours, stranger)

    assert connection == same_connection
    assert min(own.values()) > 0
    assert none == foreign == dict.fromkeys(own, 0)


async def count(ours: Ours, caller: Caller) -> tuple[dict[str, int], int]:
    """How many rows of each table the caller sees, and on which connection."""
    async with ours.desk.stage.database.transaction(caller) as tx:
        rows = {
            name: (await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for name, table in metadata.tables.items()
            if name not in PUBLIC
        }
        return rows, (await tx.execute(sa.text("select pg_backend_pid()"))).scalar_one()
