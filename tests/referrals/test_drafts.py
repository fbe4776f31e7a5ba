"""A referral that is kept before it is submitted: for who refers, and for nobody else."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id, new_pseudonym
from kith_referrals.domain.network import Capacity, ProgrammeEntry
from kith_referrals.domain.person_refusals import TooYoungToAgree
from kith_referrals.domain.referral import Referral, Status
from kith_referrals.domain.refusals import (
    BirthDateAfterToday,
    ConsentMissing,
    MoveRefused,
    NotFound,
    ProgrammeClosed,
    ReferralRefused,
)
from kith_referrals.usecases import drafting, network
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, an_import, post, version
from tests.referrals.test_importing import a_row
from tests.referrals.world import AGREED, CHI_NUMBER, OPERATOR, World, a_person, a_wish, actor, member, on_the_record

LATER = NOW + timedelta(days=3)
NUMBER = "9990568855"


async def keep(world: World, **person: Any) -> Referral:
    by = world.referrer.id
    async with world.database.transaction(member(by)) as tx:
        return await drafting.keep_draft(
            tx,
            referral_id=new_id(),
            person=a_person(by, **person),
            programme_id=world.programme.id,
            wish=a_wish(notes="Private words.", urgent=True),
            by=actor(by),
            now=NOW,
        )


async def submit(world: World, draft: Referral, **answer: Any) -> Referral:
    by = world.referrer.id
    async with world.database.transaction(member(by)) as tx:
        return await drafting.submit_draft(
            tx, draft.id, answer=replace(AGREED, **answer), by=actor(by), version=draft.version, now=LATER
        )


async def count(world: World, table: str) -> int:
    return await world.seen(OPERATOR, table)


async def test_a_draft_needs_no_consent_and_is_told_to_nobody(world: World) -> None:
    draft = await keep(world)

    assert (draft.status, draft.due_on, await world.told()) == (Status.DRAFT, None, [])
    assert await count(world, "consents") == 0
    for who in (world.host, world.stranger):
        assert [await world.seen(member(who.id), table) for table in ("referrals", "people", "referral_steps")] == [
            0
        ] * 3


async def test_once_submitted_it_is_as_if_it_had_been_made_then(world: World) -> None:
    draft = await keep(world, nhs_number="999 056 8855", postcode="eh165xx")

    referral = await submit(world, draft)

    assert (referral.id, referral.person_id, referral.status) == (draft.id, draft.person_id, Status.SUBMITTED)
    assert (referral.submitted_at, referral.version) == (LATER, draft.version + 1)
    [(name, fact)] = await world.told()
    assert (name, fact["referral_id"], fact["urgent"]) == ("referral-created", str(draft.id), True)
    async with world.database.transaction(member(world.host.id)) as tx:
        person = (await tx.execute(sa.text("select nhs_number, postcode, draft from people"))).one()
        steps = (await tx.execute(sa.text("select name, before, after from referral_steps"))).all()
    assert tuple(person) == (NUMBER, "EH16 5XX", False)
    assert [tuple(step) for step in steps] == [("submitted", "draft", "submitted")]


REFUSED: list[tuple[dict[str, Any], dict[str, Any], type[Exception]]] = [
    ({}, {"given": False}, ConsentMissing),
    ({"birth_date": date(2999, 1, 1)}, {}, BirthDateAfterToday),
    ({"birth_date": NOW.date() - timedelta(days=3650)}, {}, TooYoungToAgree),
    ({"nhs_number": "1234567890"}, {}, ReferralRefused),
]


@pytest.mark.parametrize(("person", "answer", "refusal"), REFUSED)
async def test_what_no_referral_may_be_is_kept_and_not_submitted(
    world: World, person: dict[str, Any], answer: dict[str, Any], refusal: type[Exception]
) -> None:
    draft = await keep(world, **person)

    with pytest.raises(refusal):
        await submit(world, draft, **answer)

    assert await world.told() == []
    async with world.database.transaction(member(world.referrer.id)) as tx:
        assert (await tx.execute(sa.text("select status from referrals"))).scalars().all() == ["draft"]


async def test_a_programme_that_closed_meanwhile_takes_no_draft_either(world: World) -> None:
    draft = await keep(world)
    closed = replace(world.programme, entry=ProgrammeEntry(capacity=Capacity.CLOSED))
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, closed, now=NOW)

    with pytest.raises(ProgrammeClosed):
        await submit(world, draft)


async def test_the_person_of_a_draft_is_like_nobody(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    await keep(world, nhs_number=NUMBER)
    known = await world.refer(a_person(world.referrer.id, nhs_number=NUMBER))

    alike = await client.get(
        f"/people/{known.person_id}/likenesses", auth=as_caller("administrator", organisation_id=world.referrer.id)
    )

    assert (alike.status_code, alike.json()["likenesses"]) == (200, [])


async def test_a_row_of_an_export_is_not_held_back_for_a_draft(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    await keep(world, chi_number=CHI_NUMBER)

    answer = await client.post("/imports/rows", json=an_import(world, a_row(1, CHI=CHI_NUMBER)), auth=referrer)

    assert answer.is_success
    assert [row["outcome"] for row in answer.json()] == ["accepted"]


async def test_a_draft_changes_whole_and_goes_on_in_version(world: World) -> None:
    draft = await keep(world)
    by = world.referrer.id
    async with world.database.transaction(member(by)) as tx:
        changed = await drafting.change_draft(
            tx,
            draft.id,
            person=a_person(by, id=new_pseudonym(), given_name="Rowan"),
            programme_id=world.programme.id,
            wish=a_wish(),
            by=actor(by),
            version=1,
            now=LATER,
        )

    assert (changed.id, changed.version, changed.submitted_at) == (draft.id, 2, LATER)
    async with world.database.transaction(member(by)) as tx:
        people = (await tx.execute(sa.text("select given_name from people"))).scalars().all()
        kept = (await tx.execute(sa.text("select urgent, notes from referrals"))).one()
    assert (people, tuple(kept)) == (["Rowan"], (False, None))


async def test_a_draft_that_is_thrown_away_leaves_nobody_behind(world: World) -> None:
    draft = await keep(world)

    async with world.database.transaction(member(world.referrer.id)) as tx:
        await drafting.throw_draft_away(tx, draft.id, by=actor(world.referrer.id), version=1, now=NOW)

    assert [await count(world, table) for table in ("referrals", "people", "referral_steps")] == [0, 0, 0]
    actions = [entry["action"] for entry in await on_the_record(world, draft.id)]
    assert actions == ["draft-kept", "draft-thrown-away"]


async def test_what_was_submitted_is_no_draft_any_more(world: World) -> None:
    referral = await submit(world, await keep(world))

    with pytest.raises(MoveRefused):
        async with world.database.transaction(member(world.referrer.id)) as tx:
            await drafting.throw_draft_away(
                tx, referral.id, by=actor(world.referrer.id), version=referral.version, now=NOW
            )
    with pytest.raises(MoveRefused):
        await submit(world, referral)
    assert await count(world, "people") == 1


async def test_nobody_else_submits_or_throws_away_a_draft(world: World) -> None:
    draft = await keep(world)

    for who in (world.host, world.stranger):
        with pytest.raises(NotFound):
            async with world.database.transaction(member(who.id)) as tx:
                await drafting.throw_draft_away(tx, draft.id, by=actor(world.referrer.id), version=1, now=NOW)


async def test_a_draft_that_nobody_kept_again_is_forgotten_after_its_time(world: World) -> None:
    old, referral = await keep(world), await world.refer()
    kept_for = timedelta(days=90)

    async def forget(days: float) -> int:
        async with world.database.transaction(OPERATOR) as tx:
            await drafting.forget_drafts(tx, NOW + timedelta(days=days), kept_for=kept_for)
        return await count(world, "referrals")

    assert (await forget(90), await forget(90.1), await forget(900)) == (2, 1, 1)
    async with world.database.transaction(OPERATOR) as tx:
        assert (await tx.execute(sa.text("select id from people"))).scalars().all() == [referral.person_id]
    assert [entry["action"] for entry in await on_the_record(world, old.id)] == ["draft-kept", "draft-forgotten"]


def a_draft(world: World, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in a_body(world, **changes).items() if name != "consent"}


async def test_a_draft_is_kept_read_changed_and_submitted_over_http(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth, coordinator: httpx.Auth, operator: httpx.Auth
) -> None:
    made = await post(client, a_draft(world, urgent=True), referrer, path="/referrals/drafts")
    where = made.headers["Location"]
    read = await client.get(where, auth=referrer)
    changed = await client.put(f"{where}/draft", json=a_draft(world), headers=version(1), auth=referrer)
    consent = {"consent": a_body(world)["consent"]}
    hidden = await client.get(where, auth=coordinator)
    of_the_network = await client.get("/referrals", auth=operator)
    stale = await client.post(f"{where}/submission", json=consent, headers=version(1), auth=referrer)
    done = await client.post(f"{where}/submission", json=consent, headers=version(2), auth=referrer)

    assert (made.status_code, made.json()["status"], made.headers["ETag"]) == (201, "draft", '"1"')
    assert (read.json()["person"]["family_name"], read.json()["consents"]) == ("Testwell", {})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (hidden.status_code, of_the_network.json()["items"]) == (404, [])
    assert (stale.status_code, done.status_code, done.json()["status"]) == (412, 200, "submitted")
    assert (await client.get(where, auth=coordinator)).json()["person"]["family_name"] == "Testwell"


async def test_drafts_are_listed_by_their_status_and_thrown_away_over_http(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, referrer: httpx.Auth
) -> None:
    where = (await post(client, a_draft(world), referrer, path="/referrals/drafts")).headers["Location"]
    await post(client, a_body(world), referrer)

    drafts = await client.get("/referrals?status=draft", auth=referrer)
    gone = await client.delete(f"{where}/draft", headers=version(1), auth=referrer)

    assert [f"/referrals/{one['id']}" for one in drafts.json()["items"]] == [where]
    assert (gone.status_code, (await client.get(where, auth=referrer)).status_code) == (204, 404)
