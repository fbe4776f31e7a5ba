"""What a programme says of itself to those who refer: known before anybody is referred, confirmed, and kept to."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from kith_chassis.clock import new_id, now
from kith_referrals.domain.intake.sifting import Outcome
from kith_referrals.domain.network import Capacity, Programme, ProgrammeEntry, Standing
from kith_referrals.domain.refusals import AssuredAfterToday, NotOffered, NotYourProgramme
from kith_referrals.store.network import find_programme_for_update
from kith_referrals.usecases import importing, network
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.directory import CAFE, publish, read
from tests.referrals.test_api import a_body, post
from tests.referrals.test_importing import a_row, mapping_of
from tests.referrals.world import OPERATOR, World, a_programme, actor, member

CLOSED = ProgrammeEntry(capacity=Capacity.CLOSED)
LONG_AGO = date(2020, 1, 1)


def an_offer(world: World, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "slug": "walks",
        "organisation_id": str(world.host.id),
        "name": "Walks",
        "model": "group",
        "formality": "organised",
        "channels": ["in-person"],
    }
    return told | changes


async def test_everything_said_of_a_programme_is_read_by_the_network(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    said = {
        "description": "We walk.\n\nAnd talk.",
        "url": "https://example.org/walks",
        "email": "walks@example.org",
        "telephone": "07700 900998",
        "status": "active",
        "needs": ["isolation"],
        "conditions": ["copd"],
        "districts": ["EH16", "G12"],
        "opens": "Mondays at 10.",
        "capacity": "waiting-list",
        "expected_wait_days": 30,
        "assured_on": "2026-11-02",
        "assurer_email": "office@example.org",
    }
    id_ = new_id()

    put = await client.put(f"/programmes/{id_}", json=an_offer(world, **said), auth=as_caller("operator"))

    listed = await client.get("/programmes", auth=as_caller("referrer", organisation_id=world.referrer.id))
    found = next(one for one in listed.json()["items"] if one["id"] == str(id_))
    assert put.status_code == 200
    assert {name: found[name] for name in said} == said


@pytest.mark.parametrize(
    "said",
    [
        {"expected_wait_days": 7},
        {"capacity": "open", "expected_wait_days": 7},
        {"capacity": "waiting-list", "expected_wait_days": 0},
        {"capacity": "full"},
        {"status": "temporarily-closed"},
        {"districts": ["EH16 5XX"]},
        {"url": "javascript:alert(1)"},
        {"url": "https://example.org/a b"},
        {"email": "nobody"},
        {"description": "x" * 4001},
        {"assured_on": "2999-01-01"},
    ],
)
async def test_what_cannot_be_said_of_a_programme_is_refused(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, said: dict[str, Any]
) -> None:
    put = await client.put(f"/programmes/{new_id()}", json=an_offer(world, **said), auth=as_caller("operator"))

    assert put.status_code == 422


async def test_a_charity_number_that_no_regulator_gives_is_refused_with_its_code(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    body = {"name": "Example", "kind": "charity", "charity_regulator": "OSCR", "charity_number": "123456"}

    answer = await client.put(f"/organisations/{world.host.id}", json=body, auth=as_caller("operator"))

    assert (answer.status_code, answer.json()["code"]) == (422, "charity-number-invalid")


async def test_what_only_the_directory_says_is_not_told(world: World, cafe: Programme) -> None:
    before = len(await world.everything_told())

    await publish(world, replace(cafe, entry=replace(CAFE, description="Another.", capacity=Capacity.OPEN)))
    await publish(world, replace(cafe, name="Another", entry=CAFE))

    told = (await world.everything_told())[before:]
    assert [(name, fact["programme_name"]) for name, fact in told] == [("programme-published", "Another")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entry": CLOSED}, "programme-closed"),
        ({"entry": ProgrammeEntry(status=Standing.INACTIVE)}, "programme-closed"),
        ({"entry": ProgrammeEntry(status=Standing.TEMPORARILY_CLOSED)}, "programme-closed"),
        ({"entry": ProgrammeEntry(status=Standing.DEFUNCT)}, "programme-closed"),
        ({"formality": "informal", "entry": CAFE}, "programme-takes-no-referrals"),
    ],
)
async def test_nobody_is_referred_to_what_takes_nobody(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller, changes: dict[str, Any], code: str
) -> None:
    await publish(world, replace(world.programme, **changes))

    answer = await post(client, a_body(world), as_caller("referrer", organisation_id=world.referrer.id))

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert ("07700 900999" in answer.json()["detail"]) == (code == "programme-takes-no-referrals")
    assert await world.seen(OPERATOR, "people") == await world.seen(OPERATOR, "referrals") == 0
    assert await world.told() == []


async def test_who_waits_for_a_place_may_be_referred(world: World) -> None:
    await publish(world, replace(world.programme, entry=replace(CAFE, expected_wait_days=200)))

    assert (await world.refer()).programme_id == world.programme.id


async def test_a_referral_that_was_made_stays_when_the_programme_closes(world: World) -> None:
    referral = await world.refer()

    await publish(world, replace(world.programme, entry=CLOSED))

    assert (await world.accept(referral)).status == "accepted"
    with pytest.raises(NotOffered):
        await world.refer()


async def test_a_row_of_an_export_to_a_closed_programme_is_rejected_and_can_come_again(world: World) -> None:
    async def import_it() -> tuple[Outcome, str | None, str | None]:
        async with world.database.transaction(member(world.referrer.id)) as tx:
            [done] = await importing.import_rows(
                tx, mapping_of(world.referrer), [a_row(1)], by=actor(world.referrer.id), file_name=None, now=NOW
            )
        return done.outcome, done.code, done.column

    await publish(world, replace(world.programme, entry=CLOSED))
    closed = await import_it()
    await publish(world, world.programme)
    again = await import_it()

    assert closed == (Outcome.REJECTED, "programme-closed", "Ref")
    assert again == (Outcome.ACCEPTED, None, None)


async def test_an_entry_is_confirmed_by_its_own_organisation(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    await publish(world, replace(world.programme, entry=ProgrammeEntry(assured_on=LONG_AGO)))
    where = f"/programmes/{world.programme.id}/assurance"
    before = await read(client, f"/services/{world.programme.id}")

    others = await client.post(where, auth=as_caller("administrator", organisation_id=world.referrer.id))
    first, again = [
        await client.post(where, auth=as_caller("administrator", organisation_id=world.host.id)) for _ in range(2)
    ]

    after = await read(client, f"/services/{world.programme.id}")
    assert (others.status_code, others.json()["code"]) == (403, "not-your-programme")
    assert (first.status_code, first.json()) == (200, again.json())
    assert date.fromisoformat(first.json()["assured_on"]) >= now().date() - timedelta(days=1)
    assert "since 1 January 2020" in before["alert"]
    assert "alert" not in after
    assert after["last_modified"] > before["last_modified"]


async def test_what_nobody_published_cannot_be_confirmed(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    administrator = as_caller("administrator", organisation_id=world.host.id)

    assert (await client.post(f"/programmes/{new_id()}/assurance", auth=administrator)).status_code == 404


async def test_publishing_again_does_not_take_back_that_an_entry_was_confirmed(world: World) -> None:
    async with world.database.transaction(member(world.host.id)) as tx:
        await network.confirm_programme(tx, world.programme.id, by=world.host.id, now=NOW)

    await publish(world, replace(world.programme, name="Renamed", entry=ProgrammeEntry(assured_on=LONG_AGO)))

    async with world.database.transaction(OPERATOR) as tx:
        found = await find_programme_for_update(tx, world.programme.id)
    assert found is not None
    assert (found.name, found.entry.assured_on) == ("Renamed", TODAY)


async def test_nobody_confirms_tomorrow(world: World) -> None:
    with pytest.raises(AssuredAfterToday):
        await publish(world, replace(world.programme, entry=ProgrammeEntry(assured_on=TODAY + timedelta(days=1))))
    with pytest.raises(NotYourProgramme):
        async with world.database.transaction(member(world.stranger.id)) as tx:
            await network.confirm_programme(tx, world.programme.id, by=world.stranger.id, now=NOW)


async def test_what_nobody_confirmed_for_long_is_listed_for_those_who_can_help(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    stale = a_programme(world.host, slug="stale", entry=ProgrammeEntry(assured_on=LONG_AGO))
    gone = a_programme(world.host, slug="gone", entry=ProgrammeEntry(assured_on=LONG_AGO, status=Standing.DEFUNCT))
    elsewhere = a_programme(world.stranger, slug="elsewhere", entry=ProgrammeEntry(assured_on=LONG_AGO))
    await publish(world, stale, gone, elsewhere)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, a_programme(world.host, slug="old"), now=NOW - timedelta(days=200))

    async def listed(caller: httpx.Auth) -> set[str]:
        answer = await client.get("/programmes/stale", auth=caller)
        return {one["slug"] for one in answer.json()["items"]}

    assert await listed(as_caller("administrator", organisation_id=world.host.id)) == {"stale", "old"}
    assert await listed(as_caller("operator")) == {"stale", "old", "elsewhere"}
    assert await listed(as_caller("administrator", "operator", organisation_id=world.referrer.id)) == {
        *("stale", "old", "elsewhere"),
    }
    referrer = as_caller("referrer", organisation_id=world.host.id)
    assert (await client.get("/programmes/stale", auth=referrer)).status_code == 403


async def test_what_is_listed_as_stale_is_what_warns_in_the_directory(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    today = now().date()
    days = [today - timedelta(days=ago) for ago in (0, 178, 180, 181, 182, 183, 184, 185, 186, 400)]
    await publish(
        world,
        *(
            a_programme(world.host, slug=f"day-{day}", name=f"{day}", entry=ProgrammeEntry(assured_on=day))
            for day in days
            if day <= TODAY
        ),
    )

    listed = (await client.get("/programmes/stale", auth=as_caller("operator"))).json()["items"]
    shown = (await read(client, "/services"))["contents"]

    assert {one["id"] for one in listed} == {one["id"] for one in shown if "alert" in one}
    assert listed
