"""Referrers see how long people wait for their first session, and nothing that tells of a few of them."""

from datetime import datetime, timedelta
from statistics import median_low

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_referrals.domain.directory import COUNTED_OVER, DAYS_TO_FIRST_SESSION, FEWEST
from kith_referrals.usecases import network
from kith_referrals.usecases.counting import count_first_sessions
from kith_referrals.usecases.hearing import Kind, MatchNews, note_matches
from tests.builders import NOW
from tests.referrals.directory import read
from tests.referrals.world import OPERATOR, World

CODE = DAYS_TO_FIRST_SESSION.code


async def supported(world: World, at: datetime) -> None:
    """Somebody whom the host took on, and whose first session was ``at``."""
    referral = await world.accept(await world.refer())
    news = [MatchNews(referral.id, kind, at) for kind in (Kind.MATCHED, Kind.SESSION)]
    async with world.database.transaction(OPERATOR) as tx:
        await note_matches(tx, news, now=at)


async def counted(world: World, client: httpx.AsyncClient, now: datetime = NOW) -> str | None:
    async with world.database.transaction(OPERATOR) as tx:
        await count_first_sessions(tx, now)
    service = await read(client, f"/services/{world.programme.id}")
    of_it = [one for one in service["attributes"] if one["taxonomy_term"]["code"] == CODE]
    return of_it[0]["value"] if of_it else None


@given(waits=st.lists(st.integers(0, 60), min_size=FEWEST, max_size=FEWEST + 3))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_half_of_the_people_waited_so_long_or_less(
    world: World, client: httpx.AsyncClient, waits: list[int]
) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await tx.exec_driver_sql("update referrals set supported_at = null")
    for days in waits:
        await supported(world, NOW + timedelta(days=days))

    assert await counted(world, client) == str(median_low(waits))


async def test_of_fewer_than_ten_nothing_is_said_and_what_was_said_goes_with_them(
    world: World, client: httpx.AsyncClient
) -> None:
    for _ in range(FEWEST - 1):
        await supported(world, NOW + timedelta(days=5))
    too_few = await counted(world, client)
    await supported(world, NOW + timedelta(days=1))
    enough = await counted(world, client)

    after = await counted(world, client, NOW + COUNTED_OVER + timedelta(days=2))

    assert (too_few, enough, after) == (None, "5", None)


async def test_an_entry_counts_as_changed_when_its_number_does_and_only_then(
    world: World, client: httpx.AsyncClient
) -> None:
    for _ in range(FEWEST):
        await supported(world, NOW + timedelta(days=5))
    later = [NOW + timedelta(days=1), NOW + timedelta(days=2)]

    changed = []
    for now in later:
        await counted(world, client, now)
        service = await read(client, f"/services/{world.programme.id}")
        changed.append(datetime.fromisoformat(service["last_modified"]))

    assert changed == [later[0]] * 2


@pytest.mark.parametrize("how", ["taxonomy_id", "taxonomy_term_id"])
async def test_programmes_of_which_it_is_known_are_found_and_publishing_keeps_it(
    world: World, client: httpx.AsyncClient, operator: httpx.Auth, how: str
) -> None:
    term = DAYS_TO_FIRST_SESSION
    asked = {how: str(term.taxonomy.id if how == "taxonomy_id" else term.id)}
    before = (await read(client, "/services", **asked))["total_items"]
    for _ in range(FEWEST):
        await supported(world, NOW)

    await counted(world, client)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, world.programme, now=NOW)

    found = (await read(client, "/services", **asked))["contents"]
    own = await client.get(f"/programmes/{world.programme.id}", auth=operator)
    assert (before, [one["id"] for one in found]) == (0, [str(world.programme.id)])
    assert own.json()["first_session_days"] == 0
