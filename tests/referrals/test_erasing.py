"""Somebody is forgotten: by a human's decision, after days in which it can be taken back, and wholly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import lifecycle
from kith_referrals.domain.about import About
from kith_referrals.domain.person_refusals import PersonErased
from kith_referrals.domain.referral import Referral
from kith_referrals.usecases import people as people_usecases
from kith_referrals.usecases.erasing import erase_people
from kith_referrals.views.holdings import list_holdings
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, an_import, post, version
from tests.referrals.test_importing import a_row
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER, OPERATOR, World, a_person, a_wish, member, on_the_record

WAIT = timedelta(days=7)


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


@pytest.fixture
async def referral(world: World) -> Referral:
    """Somebody of whom everything is known, and whose referral is over."""
    about = About(
        strengths=("patience",),
        impacts=("fatigue",),
        accessible_information=("large-print",),
        interpreter="bsl",
        safe_times="Privatetimes",
        risk_to_visitor=("dog",),
    )
    person = a_person(
        world.referrer.id,
        birth_date=TODAY.replace(year=1961),
        nhs_number=NHS_NUMBER,
        address="1 Private Street",
        postcode="EH16 5XX",
        email="private@example.org",
        telephone="07700 900123",
        contact_by=("email",),
        about=about,
    )
    wish = a_wish(conditions=("diabetes",), notes="Privatenotes", source_reference="PRIVATE/1", details={"children": 2})
    made = await world.refer(person, wish=wish)
    asked = await world.move(made, lifecycle.ask, world.host, "Privatequestion")
    return await world.move(asked, lambda found, by, now: lifecycle.close(found, by, "moved-away", now), world.referrer)


async def erase(
    client: httpx.AsyncClient, person_id: UUID, auth: httpx.Auth, at: int = 1, **body: Any
) -> httpx.Response:
    asked = {"rule": "no-longer-needed", **body}
    return await client.post(f"/people/{person_id}/erasure", json=asked, headers=version(at), auth=auth)


async def come_by(world: World, after: timedelta = WAIT, wait: timedelta = WAIT) -> None:
    """The timer, so long after the decision."""
    async with world.database.transaction(OPERATOR) as tx:
        await erase_people(tx, clock.now() + after, wait=wait)


async def alive(world: World, person_id: UUID) -> set[str]:
    """The kinds of rows that still say something about the person."""
    async with world.database.transaction(OPERATOR) as tx:
        held = await list_holdings(tx, [person_id], [])
    assert held.holdings
    return {one.kind for one in held.holdings if not one.tombstone}


async def test_a_decision_restricts_at_once_and_erases_when_its_days_are_over(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    decided = await erase(client, referral.person_id, administrator)
    read = await client.get(f"/people/{referral.person_id}", auth=administrator)
    await come_by(world, WAIT - timedelta(hours=1))
    early = await alive(world, referral.person_id)
    await come_by(world)
    after = await client.get(f"/people/{referral.person_id}", auth=administrator)

    assert (decided.status_code, decided.json()["erasure"], decided.headers["ETag"]) == (200, "restricted", '"2"')
    assert (read.status_code, read.json()["code"]) == (403, "record-restricted")
    assert {"person", "referral"} <= early
    assert (after.status_code, after.json()["code"]) == (410, "person-erased")
    assert await alive(world, referral.person_id) == set()


async def test_a_tombstone_says_when_by_which_rule_and_on_whose_word(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    await erase(client, referral.person_id, administrator, rule="objected")
    await come_by(world)

    async with world.database.transaction(OPERATOR) as tx:
        row = (await tx.execute(sa.text("select to_jsonb(p) as it from people p"))).scalar_one()
    said = {name: value for name, value in row.items() if value not in (None, [], "", False)}
    assert said.pop("erased_on") >= said.pop("erasure_decided_at")[:10]
    assert said == {
        "id": str(referral.person_id),
        "organisation_id": str(world.referrer.id),
        "agrees": "self",
        "do_not_contact": True,
        "language": "und",
        "version": 3,
        "erasure_state": "erased",
        "erasure_rule": "objected",
        "erasure_by": "tester",
    }


async def test_it_is_told_once_and_put_on_the_record(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    await erase(client, referral.person_id, administrator)
    await come_by(world)
    await come_by(world)

    told = [body for name, body in await world.everything_told() if name == "person-erased"]
    entries = [entry["action"] for entry in await on_the_record(world, referral.person_id)]
    assert told == [{"person_id": str(referral.person_id)}]
    assert entries == ["person-erasure-decided", "person-erased"]


async def test_it_can_be_taken_back_until_it_is_done(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    path = f"/people/{referral.person_id}/erasure"
    too_early = await client.delete(path, headers=version(1), auth=administrator)
    await erase(client, referral.person_id, administrator)
    back = await client.delete(path, headers=version(2), auth=administrator)
    await come_by(world)
    await erase(client, referral.person_id, administrator, at=3)
    await come_by(world)
    too_late = await client.delete(path, headers=version(5), auth=administrator)

    assert (too_early.status_code, too_early.json()["code"]) == (409, "person-not-erasing")
    assert (back.status_code, back.json()["erasure"]) == (200, "active")
    assert (too_late.status_code, too_late.json()["code"]) == (410, "person-erased")


async def test_an_open_referral_is_in_the_way_and_is_named(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    referral = await world.refer()

    refused = await erase(client, referral.person_id, administrator)

    assert (refused.status_code, refused.json()["code"]) == (409, "referrals-open")
    assert str(referral.id) in refused.json()["detail"]


async def test_a_legal_hold_is_in_the_way_and_says_how_to_go_on(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    path, why = f"/people/{referral.person_id}/legal-hold", {"reason": "A claim."}
    held = await client.put(path, json=why, headers=version(1), auth=administrator)
    refused = await erase(client, referral.person_id, administrator, at=2)
    lifted = await client.request("DELETE", path, json=why, headers=version(2), auth=administrator)
    decided = await erase(client, referral.person_id, administrator, at=3)

    assert (held.status_code, held.json()["held"]) == (200, True)
    assert (refused.status_code, refused.json()["code"]) == (409, "legal-hold-stands")
    assert (lifted.json()["held"], decided.status_code) == (False, 200)
    entries = [entry["action"] for entry in await on_the_record(world, referral.person_id)]
    assert entries == ["person-held", "person-released", "person-erasure-decided"]


async def test_a_hold_that_comes_after_the_decision_keeps_the_record_until_it_is_lifted(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    path, why = f"/people/{referral.person_id}/legal-hold", {"reason": "An inquiry."}
    await erase(client, referral.person_id, administrator)
    await client.put(path, json=why, headers=version(2), auth=administrator)
    await come_by(world)
    kept = await alive(world, referral.person_id)
    await client.request("DELETE", path, json=why, headers=version(3), auth=administrator)
    await come_by(world)

    assert {"person", "referral"} <= kept
    assert await alive(world, referral.person_id) == set()


async def test_a_referral_that_is_open_again_keeps_its_person(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    await erase(client, referral.person_id, administrator)
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update referrals set closed_at = null, status = 'submitted'"))
    await come_by(world)
    kept = await alive(world, referral.person_id)
    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update referrals set closed_at = now(), status = 'closed'"))
    await come_by(world)

    assert {"person", "referral"} <= kept
    assert await alive(world, referral.person_id) == set()


async def test_saying_the_same_about_a_hold_twice_is_no_decision(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    path, why = f"/people/{referral.person_id}/legal-hold", {"reason": "A claim."}
    for _ in range(2):
        held = await client.put(path, json=why, headers=version(1 if _ == 0 else 2), auth=administrator)

    assert held.headers["ETag"] == '"2"'
    assert len(await on_the_record(world, referral.person_id)) == 1


async def test_records_that_are_merged_go_together(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    other = await world.refer(a_person(world.referrer.id, family_name="Othername"))
    await world.move(other, lambda found, by, now: lifecycle.close(found, by, "moved-away", now), world.referrer)
    merged = await client.post(
        f"/people/{other.person_id}/merge",
        json={"into": str(referral.person_id), "reason": "The same."},
        headers=version(1),
        auth=administrator,
    )
    decided = await erase(client, referral.person_id, administrator)
    apart = await client.post(
        f"/people/{other.person_id}/unmerge", json={"reason": "Two."}, headers=version(3), auth=administrator
    )
    await come_by(world)

    told = {body["person_id"] for name, body in await world.everything_told() if name == "person-erased"}
    assert (merged.status_code, decided.status_code) == (200, 200)
    assert (apart.status_code, apart.json()["code"]) == (409, "person-erasing")
    assert told == {str(referral.person_id), str(other.person_id)}
    assert await alive(world, other.person_id) == set()


async def test_whoever_is_to_be_erased_is_written_to_no_more(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    path = f"/internal/people/{referral.person_id}/contact"
    notifications = as_caller("service", "service:notifications")
    before = await client.get(path, auth=notifications)
    await erase(client, referral.person_id, administrator)
    meanwhile = await client.get(path, auth=notifications)
    await come_by(world)
    after = await client.get(path, auth=notifications)

    assert (before.json()["may_email"], meanwhile.json()["may_email"]) == (True, False)
    assert after.json() == {"name": "", "email": None, "may_email": False}


async def test_reasons_that_somebody_wrote_about_them_can_be_read_no_more(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    async with world.database.transaction(member(world.referrer.id)) as tx:
        entry = Entry("restricted-read", "person", referral.person_id, reason="Privatereason")
        await audit.record(tx, entry, now=NOW)
    before = [entry.get("reason") for entry in await on_the_record(world, referral.person_id)]
    await erase(client, referral.person_id, administrator)
    await come_by(world)

    after = [entry.get("reason") for entry in await on_the_record(world, referral.person_id)]
    assert (before, after) == (["Privatereason"], [None, None, None])


async def test_another_of_the_household_stays_and_is_counted_anew(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth, referrer: httpx.Auth
) -> None:
    carer = await world.refer()
    household = (await post(client, {"others": {"family": 2}}, referrer, path="/households")).json()["id"]
    for at, person_id in enumerate((referral.person_id, carer.person_id), start=1):
        joined = await client.put(
            f"/households/{household}/members/{person_id}", json={}, headers=version(at), auth=referrer
        )
        assert joined.status_code == 200, joined.text
    await erase(client, referral.person_id, administrator)
    await come_by(world)

    left = (await client.get(f"/households/{household}", auth=referrer)).json()
    assert (left["members"], left["size"]) == ([str(carer.person_id)], 3)
    assert await alive(world, referral.person_id) == set()


async def test_a_file_that_still_has_them_does_not_bring_them_back(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, referrer: httpx.Auth
) -> None:
    file = an_import(world, a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))
    first = (await client.post("/imports/rows", json=file, auth=referrer)).json()
    made = await client.get(f"/referrals/{first[0]['referral_id']}", auth=referrer)
    person_id = made.json()["person_id"]
    closed = await client.post(
        f"/referrals/{first[0]['referral_id']}/closure",
        json={"reason": "moved-away"},
        headers=version(1),
        auth=referrer,
    )
    await erase(client, person_id, administrator)
    await come_by(world)

    again = (await client.post("/imports/rows", json=an_import(world, a_row(1, CHI=CHI_NUMBER)), auth=referrer)).json()

    assert ([row["outcome"] for row in first], closed.status_code) == (["accepted", "possible-duplicate"], 200)
    assert [(row["outcome"], row["code"]) for row in again] == [("rejected", "row-erased")]
    assert await world.seen(OPERATOR, "imported_rows where cells is not null") == 0


async def test_what_went_wrong_and_complaints_stay_on_the_log_without_what_was_said(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    host = as_caller("administrator", organisation_id=world.host.id)
    about, found_at = {"referral_id": str(referral.id)}, f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    breach = {"what": ["lost"], "found_at": found_at, "note": "Privatebreach"}
    complaint = {"category": "waiting", "received_on": str(TODAY), "answer_by": str(TODAY), "words": "Privatewords"}
    paths = []
    for auth in (administrator, host):
        for path, body in (("/breaches", breach), ("/complaints", complaint)):
            paths.append(((await post(client, {**body, **about}, auth, path=path)).headers["Location"], auth))
    others = await post(client, breach, administrator, path="/breaches")
    await erase(client, referral.person_id, administrator)
    before = await alive(world, referral.person_id)
    await come_by(world)

    shown = [(await client.get(path, auth=auth)).json() for path, auth in paths]
    put_back = await client.put(paths[0][0], json={**breach, **about}, headers=version(1), auth=administrator)
    still = (await client.get(others.headers["Location"], auth=administrator)).json()

    assert before >= {"breach", "complaint"}
    assert [(one.get("note"), one.get("words"), one["version"]) for one in shown] == [(None, None, 2)] * 4
    assert put_back.status_code == 412
    assert (still["note"], still["version"]) == ("Privatebreach", 1)
    assert await alive(world, referral.person_id) == set()


async def test_no_answer_to_a_create_about_them_is_kept(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    host = as_caller("coordinator", organisation_id=world.host.id)
    body = a_body(world, programme_ids=[str(one.id) for one in (world.programme, await world.another_programme())])
    del body["programme_id"]
    first, second = (await post(client, body, administrator, path="/choices")).json()["referrals"]
    found_at, where = f"{NOW:%Y-%m-%dT%H:%M:%SZ}", f"/referrals/{first['id']}"
    attempt = {"attempted_at": clock.now().isoformat(), "channel": "text", "outcome": "left-message"}
    other = (await post(client, a_body(world), administrator)).json()
    about = {"referral_id": first["id"]}
    complaint = {"category": "waiting", "received_on": str(TODAY), "answer_by": str(TODAY), "words": "Private", **about}
    breach = {"what": ["lost"], "found_at": found_at, "note": "Private", **about}
    apart = {"other": first["person_id"], "reason": "Private"}
    made = [
        await post(client, attempt, host, path=f"{where}/contact-attempts"),
        await post(client, complaint, administrator, path="/complaints"),
        await post(client, breach, administrator, path="/breaches"),
        await post(client, apart, administrator, path=f"/people/{other['person_id']}/kept-apart"),
    ]
    household = await post(client, {"others": {"family": 1}}, administrator, path="/households")
    joining = f"{household.headers['Location']}/members/{first['person_id']}"
    await client.put(joining, json={}, headers=version(1), auth=administrator)
    for one in (first, second):
        await client.post(f"/referrals/{one['id']}/withdrawal", headers=version(1), auth=administrator)
    await erase(client, UUID(first["person_id"]), administrator)
    before = await world.seen(OPERATOR, "idempotency_keys")

    await come_by(world)

    assert [one.status_code for one in made] == [201] * 4
    assert (before, await world.seen(OPERATOR, "idempotency_keys")) == (7, 1)
    assert await world.seen(OPERATOR, f"idempotency_keys where location = '/referrals/{other['id']}'") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("merge", lambda other: {"into": str(other), "reason": "The same."}),
        ("restriction", lambda _: {"restricted": True, "reason": "A colleague."}),
        ("death", lambda _: {"died_on": str(TODAY)}),
        ("erasure", lambda _: {"rule": "objected"}),
    ],
)
async def test_of_a_tombstone_nothing_can_be_changed(
    client: httpx.AsyncClient,
    world: World,
    referral: Referral,
    administrator: httpx.Auth,
    *,
    path: str,
    body: Callable[[UUID], dict[str, Any]],
) -> None:
    other = await world.refer()
    await erase(client, referral.person_id, administrator)
    await come_by(world)

    refused = await client.post(
        f"/people/{referral.person_id}/{path}", json=body(other.person_id), headers=version(3), auth=administrator
    )

    assert (refused.status_code, refused.json()["code"]) == (410, "person-erased")


async def test_a_referral_of_somebody_who_was_erased_is_shown_without_anybody(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    await erase(client, referral.person_id, administrator)
    await come_by(world)

    shown = (await client.get(f"/referrals/{referral.id}", auth=administrator)).json()
    steps = (await client.get(f"/referrals/{referral.id}/steps", auth=administrator)).json()["items"]

    assert (shown["status"], shown["person"], shown["notes"], shown["needs"]) == ("closed", None, None, [])
    assert {step["note"] for step in steps} == {None}


async def test_only_the_organisation_that_holds_the_person_erases_them(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    accepted = await world.accept(await world.refer())
    await world.move(accepted, lambda found, by, now: lifecycle.close(found, by, "support-ended", now), world.host)

    refused = await erase(client, accepted.person_id, as_caller("administrator", organisation_id=world.host.id))

    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-person")


async def test_nobody_is_looked_for_behind_a_tombstone(
    client: httpx.AsyncClient, world: World, referral: Referral, administrator: httpx.Auth
) -> None:
    await erase(client, referral.person_id, administrator)
    await come_by(world)

    async with world.database.transaction(member(world.referrer.id)) as tx:
        with pytest.raises(PersonErased):
            await people_usecases.read_likenesses(tx, referral.person_id, reason=None, by=None)  # type: ignore[arg-type]
