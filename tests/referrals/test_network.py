"""Organisations and programmes, as the operator publishes them."""

from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_referrals.domain.nations import Nation
from kith_referrals.domain.promises import Promise, Terms
from kith_referrals.domain.refusals import OrganisationUnknown, ProgrammeStays, SlugTaken
from kith_referrals.usecases import network
from tests.builders import NOW
from tests.referrals.directory import publish
from tests.referrals.world import OPERATOR, World, a_programme, an_organisation


async def published(world: World) -> list[str]:
    return [name for name, _ in await world.everything_told()]


async def test_an_organisation_is_told_without_its_address(world: World) -> None:
    facts = [body for name, body in await world.everything_told() if name == "organisation-published"]

    assert facts[0] == {
        "organisation_id": str(world.referrer.id),
        "organisation_name": "Example Practice",
        "kind": "charity",
        "ods_code": None,
        "state": "open",
    }


async def test_a_programme_is_told_whole(world: World) -> None:
    [fact] = [body for name, body in await world.everything_told() if name == "programme-published"]

    assert (fact["slug"], fact["weights"], fact["channels"]) == (
        "long-term-conditions",
        {"condition": 20},
        ["in-person", "telephone"],
    )


async def test_the_same_again_is_not_told_again(world: World) -> None:
    before = await published(world)

    await publish(world, world.referrer, world.programme)

    assert await published(world) == before


async def test_a_new_address_for_notices_is_kept_and_not_told(world: World) -> None:
    before = await published(world)

    await publish(world, replace(world.referrer, contact_email="new@example.org"))

    assert await published(world) == before
    assert await world.contact_email(world.referrer.id) == "new@example.org"


async def test_a_change_is_told(world: World) -> None:
    await publish(world, replace(world.referrer, name="Example Surgery"), replace(world.programme, minimum_age=16))

    told = (await world.everything_told())[-2:]
    assert [(told[0][1]["organisation_name"]), told[1][1]["minimum_age"]] == ["Example Surgery", 16]


async def test_a_programme_needs_an_organisation_that_is_there(world: World) -> None:
    with pytest.raises(OrganisationUnknown):
        await publish(world, a_programme(an_organisation(), slug="other"))


async def test_a_programme_stays_with_its_organisation(world: World) -> None:
    with pytest.raises(ProgrammeStays):
        await publish(world, replace(world.programme, organisation_id=world.stranger.id))


async def test_a_slug_names_one_programme(world: World) -> None:
    with pytest.raises(SlugTaken):
        await publish(world, replace(world.programme, id=new_id()))


async def test_a_programmes_days_are_those_of_its_organisations_nation(world: World) -> None:
    scottish = replace(world.host, nation=Nation.SCOTLAND)
    entry = replace(world.programme.entry, promised_wait_days=84, contact_attempts=2)
    before = await published(world)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, scottish, now=NOW)
        await network.publish_programme(tx, replace(world.programme, entry=entry), now=NOW)

    told = await published(world)
    referral = await world.refer()

    assert told == before
    assert referral.terms == Terms(Nation.SCOTLAND, 84, 2)
    assert referral.promises[Promise.DECIDE] == date(2026, 12, 1)


async def test_a_programme_of_another_nation_published_again_changes_nothing(world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, replace(world.host, nation=Nation.WALES), now=NOW)
        await network.publish_programme(tx, world.programme, now=NOW + timedelta(days=1))
        changed = (await tx.execute(sa.text("select modified_at from programmes"))).scalars().all()

    assert changed == [NOW]


async def test_over_http_an_organisation_says_its_nation_and_a_programme_what_it_promises(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    organisation = {"name": "Example Trust", "kind": "charity", "nation": "northern-ireland"}
    programme = {
        "slug": "new",
        "organisation_id": str(world.host.id),
        "name": "New",
        "model": "group",
        "formality": "formal",
        "promised_wait_days": 30,
        "contact_attempts": 5,
    }

    first = await client.put(f"/organisations/{world.host.id}", json=organisation, auth=operator)
    second = await client.put(f"/programmes/{new_id()}", json=programme, auth=operator)

    assert first.json()["nation"] == "northern-ireland"
    assert (second.json()["promised_wait_days"], second.json()["contact_attempts"]) == (30, 5)
