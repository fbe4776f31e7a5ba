"""Whoever's duty it is learns whom a concern is about, whatever was agreed; nobody else does, and each look is kept."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_chassis.clock import now as real_now
from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Consent, Purpose, State
from kith_referrals.domain.referral import Referral
from kith_referrals.usecases import agreeing
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, post, version
from tests.referrals.test_nobody_sees_more import OPENED
from tests.referrals.world import OPERATOR, World, a_person, an_agreement, member, on_the_record

CONCERN = str(new_id())
ASKED = {"concern_id": CONCERN, "purpose": "emergency"}
EVERYTHING = {
    *("referral_id", "given_name", "family_name", "birth_date", "died_on", "address", "postcode", "telephone", "email"),
    *("contact_by", "do_not_contact", "safe_times", "language", "interpreter", "accessible_information"),
    *("agrees", "power_act", "power_expires_on", "risk_to_visitor", "referrer", "carers"),
}


@pytest.fixture
def lead(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("safeguarding-lead", organisation_id=world.host.id, subject="lead-1")


async def look(client: httpx.AsyncClient, referral_id: Any, auth: httpx.Auth, **different: Any) -> httpx.Response:
    return await client.get(f"/referrals/{referral_id}/concerned-person", params=ASKED | different, auth=auth)


async def refuse_sharing(world: World, referral: Referral) -> Referral:
    word = Consent(State.WITHDRAWN, TODAY, "spoken")
    return await world.change_consent(world.referrer, referral, Purpose.SHARE_REFERRAL, word)


async def test_a_lead_learns_who_it_is_and_how_to_reach_them_and_nothing_of_why_they_were_referred(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    body = a_body(world)
    body["person"] |= {
        "address": "1 Example Street, Northfield",
        "safe_times": "Mondays, 10 to 11",
        "risk_to_visitor": ["dog"],
        "interpreter": "pl",
    }
    made = await post(client, body, as_caller("referrer", organisation_id=world.referrer.id))

    answer = await look(client, made.json()["id"], lead)

    shown = answer.json()
    person = body["person"]
    same = ("given_name", "family_name", "birth_date", "address", "telephone", "email", "safe_times", "risk_to_visitor")
    assert {name: shown[name] for name in same} == {name: person.get(name) for name in same}
    assert (shown["referrer"]["name"], answer.headers["Cache-Control"]) == ("Example Practice", "no-store")
    assert shown.keys() == EVERYTHING
    hidden = (person["nhs_number"], body.get("notes") or "Private note", *body["needs"], *body.get("conditions", ()))
    assert [word for word in hidden if word in answer.text] == []


async def test_neither_a_withdrawn_consent_nor_codes_alone_stands_in_the_way(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    agreement = an_agreement(world.referrer, world.host, level=Level.CODES_UNTIL_ACCEPTED)
    withdrawn = await world.refer()
    async with world.database.transaction(OPERATOR) as tx:
        await agreeing.publish_agreement(tx, agreement, now=NOW)
    coded = await world.refer()
    await refuse_sharing(world, withdrawn)
    coordinator = as_caller("coordinator", organisation_id=world.host.id)

    before = [(await client.get(f"/referrals/{one.id}", auth=coordinator)).status_code for one in (withdrawn,)]
    answers = [await look(client, one.id, lead) for one in (withdrawn, coded)]
    after = [(await client.get(f"/referrals/{one.id}", auth=coordinator)).status_code for one in (withdrawn,)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.json()["family_name"] for answer in answers} == {"Testwell"}
    assert before == after == [404]


async def test_the_one_that_is_shown_for_somebody_is_shown_here_too(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    one, other = await world.refer(), await world.refer(a_person(world.referrer.id, family_name="Tetswell"))
    administrator = as_caller("administrator", organisation_id=world.referrer.id)
    body = {"into": str(one.person_id), "reason": "The same person."}
    await client.post(f"/people/{other.person_id}/merge", json=body, auth=administrator, headers=version(1))
    await refuse_sharing(world, other)

    answer = await look(client, other.id, lead)

    assert (answer.json()["referral_id"], answer.json()["family_name"]) == (str(other.id), "Testwell")


async def test_carers_of_the_household_are_named_to_those_who_see_them_anyhow(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    person = await world.refer()
    carer, hidden, friend = [
        await world.refer(a_person(world.referrer.id, given_name=it)) for it in ("Ann", "Bo", "Cy")
    ]
    await refuse_sharing(world, hidden)
    auth, key = as_caller("referrer", organisation_id=world.referrer.id), {"Idempotency-Key": str(new_id())}
    where = (await client.post("/households", json={"others": {}}, auth=auth, headers=key)).headers["Location"]
    relations = {person: None, carer: "carer", hidden: "carer", friend: "friend"}
    for at, (one, relation) in enumerate(relations.items(), start=1):
        path = f"{where}/members/{one.person_id}"
        joined = await client.put(path, json={"relation": relation}, auth=auth, headers=version(at))
        assert joined.status_code == 200, joined.text
    of_referrer = as_caller("safeguarding-lead", organisation_id=world.referrer.id)

    seen = [(await look(client, person.id, who)).json()["carers"] for who in (lead, of_referrer)]

    assert [sorted(one["given_name"] for one in carers) for carers in seen] == [["Ann"], ["Ann", "Bo"]]
    entries = await on_the_record(world, about=carer.person_id)
    assert [one["action"] for one in entries if one["subject"] == "lead-1"] == ["concerned-carer-read"]


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("host", "safeguarding-lead", 200),
        ("referrer", "safeguarding-lead", 200),
        ("stranger", "safeguarding-lead", 404),
        *(("host", role, 403) for role in ("referrer", "coordinator", "administrator", "supporter", "auditor")),
    ],
)
async def test_it_is_for_leads_of_the_referrals_two_organisations_alone(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, *, who: str, role: str, status: int
) -> None:
    referral = await world.refer()

    answer = await look(client, referral.id, as_caller(role, organisation_id=getattr(world, who).id))

    assert answer.status_code == status
    assert ("Testwell" in answer.text) is (status == 200)


@pytest.mark.parametrize("missing", [*ASKED, "both"])
async def test_who_names_no_concern_or_no_purpose_learns_nothing(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, missing: str
) -> None:
    referral = await world.refer()
    asked = {name: value for name, value in ASKED.items() if missing not in {name, "both"}}

    answer = await client.get(f"/referrals/{referral.id}/concerned-person", params=asked, auth=lead)
    curious = await look(client, referral.id, lead, purpose="curiosity")

    assert (answer.status_code, curious.status_code) == (422, 422)
    assert "Testwell" not in answer.text + curious.text


async def test_each_look_is_on_the_record_with_its_concern_and_purpose(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    referral = await world.refer()
    await look(client, referral.id, lead)
    await look(client, referral.id, as_caller("safeguarding-lead", organisation_id=world.stranger.id))

    [entry] = [one for one in await on_the_record(world, about=referral.id) if one["action"] != "referral-made"]

    assert (entry["action"], entry["subject"]) == ("concerned-person-read", "lead-1")
    assert (entry["codes"], entry["purpose"]) == ([f"concern-{CONCERN}"], "emergency")


async def test_of_whom_was_erased_there_is_nothing_to_learn(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth
) -> None:
    referral = await world.refer()
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(
            sa.text("update people set erasure_state = 'erased' where id = :id"), {"id": referral.person_id}
        )

    answer = await look(client, referral.id, lead)

    assert (answer.status_code, answer.json()["code"], "Testwell" in answer.text) == (410, "person-erased", False)


async def test_a_lead_whom_their_organisations_list_does_not_name_is_refused(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    referral = await world.refer()
    administrator, own = as_caller("administrator", organisation_id=world.host.id), f"/organisations/{world.host.id}"
    for subject, role in (("tester", "administrator"), ("lead-1", "referrer")):
        listed = {"roles": [role], "starts_on": real_now().date().isoformat()}
        await client.put(f"{own}/members/{subject}", json=listed, auth=administrator)
    await client.put(f"{own}/member-list", json={"kept": True}, auth=administrator)

    refused = await look(client, referral.id, lead)

    assert (refused.status_code, refused.json()["code"]) == (403, "member-role-missing")


async def test_a_draft_and_what_was_sent_by_mistake_are_their_referrers_alone(
    client: httpx.AsyncClient, world: World, lead: httpx.Auth, as_caller: AsCaller
) -> None:
    referrer = as_caller("referrer", organisation_id=world.referrer.id)
    body = {name: value for name, value in a_body(world).items() if name != "consent"}
    draft = (await post(client, body, referrer, path="/referrals/drafts")).json()["id"]
    sent = (await post(client, a_body(world), referrer)).json()["id"]
    await client.post(f"/referrals/{sent}/misdirection", json={"note": "Wrong."}, auth=referrer, headers=version(1))
    of_referrer = as_caller("safeguarding-lead", organisation_id=world.referrer.id)

    answers = [(await look(client, one, auth)).status_code for one in (draft, sent) for auth in (lead, of_referrer)]

    assert answers == [404, 200, 404, 200]


SEEN = sa.text(
    "select (select count(*) from referrals where id = :referral) + (select count(*) from people where id = :person)"
)
CHANGED = sa.text(
    "with one as (update referrals set urgent = true where id = :referral returning 1),"
    " other as (update people set telephone = '' where id = :person returning 1)"
    " select (select count(*) from one) + (select count(*) from other)"
)


async def seen_by(
    world: World, organisation_id: UUID, referral: Referral, opened: UUID | None, what: Any = SEEN
) -> int:
    """How much of the referral and its person an organisation sees, where it has opened one for a concern."""
    async with world.database.transaction(member(organisation_id, "safeguarding-lead")) as tx:
        if opened is not None:
            await tx.execute(OPENED, {"opened": opened})
        return int((await tx.execute(what, {"referral": referral.id, "person": referral.person_id})).scalar_one())


async def test_the_database_shows_it_to_its_organisations_while_it_is_opened_and_lets_them_change_nothing(
    world: World,
) -> None:
    referral, other = await refuse_sharing(world, await world.refer()), await world.refer()

    closed = await seen_by(world, world.host.id, referral, None)
    opened = await seen_by(world, world.host.id, referral, referral.id)
    another = await seen_by(world, world.host.id, referral, other.id)
    changed = await seen_by(world, world.host.id, referral, referral.id, CHANGED)
    stranger = await seen_by(world, world.stranger.id, referral, referral.id)
    again = await seen_by(world, world.host.id, referral, None)

    assert (closed, opened, another, changed, stranger, again) == (0, 2, 0, 0, 0, 0)
