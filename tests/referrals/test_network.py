"""Organisations and programmes, as the operator publishes them."""

from dataclasses import replace

import pytest

from kith_chassis.clock import new_id
from kith_referrals.domain.refusals import OrganisationUnknown, ProgrammeStays, SlugTaken
from tests.referrals.directory import publish
from tests.referrals.world import World, a_programme, an_organisation


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
