"""A list of referrals begins with what is overdue longest, then what is urgent, then what was made first."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import now, today
from kith_referrals.api.places import encode_place
from kith_referrals.domain import lifecycle
from kith_referrals.domain.listing import LAST, Place
from kith_referrals.domain.referral import Referral
from kith_referrals.views import list_referrals
from tests.conftest import AsCaller
from tests.referrals.test_api import a_body, post, version
from tests.referrals.world import AGREED, World, a_wish, member
from tests.servers.lengths import examples

FREELY = settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONG_AGO = timedelta(days=60)


async def refer(
    world: World, *, overdue: bool = False, urgent: bool = False, longer: int = 0, **changes: Any
) -> Referral:
    at = now() - (LONG_AGO + timedelta(weeks=longer) if overdue else timedelta())
    answer = replace(AGREED, recorded_on=today(at))
    return await world.refer(wish=a_wish(urgent=urgent), answer=answer, now=at, **changes)


@given(
    made=st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 2)), min_size=1, max_size=6),
    limit=st.integers(1, 3),
)
@FREELY
async def test_page_by_page_the_foremost_come_first_and_each_once(
    world: World, made: list[tuple[bool, bool, int]], limit: int
) -> None:
    programme_id = (await world.another_programme()).id
    referrals = [
        (await refer(world, overdue=overdue, urgent=urgent, longer=longer, programme_id=programme_id), overdue, urgent)
        for overdue, urgent, longer in made
    ]
    foremost = sorted(referrals, key=lambda one: (not one[1], not one[2], one[1] and one[0].due_on, one[0].id))

    found: list[Any] = []
    after = None
    while after is None or len(found) % limit == 0:
        async with world.database.transaction(member(world.host.id)) as tx:
            page = await list_referrals(
                tx,
                asking=world.host.id,
                status=None,
                programme_id=programme_id,
                overdue=None,
                after=after,
                limit=limit,
                now=now(),
            )
        if not page:
            break
        found += page
        after = Place.of(page[-1]["rank"], page[-1]["id"], page[-1]["due_on"])

    assert [one["id"] for one in found] == [referral.id for referral, _, _ in foremost]
    assert [one["overdue"] for one in found] == [overdue for _, overdue, _ in foremost]


async def listed(client: httpx.AsyncClient, auth: httpx.Auth, query: str = "") -> list[str]:
    answer = await client.get(f"/referrals{query}", auth=auth)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_only_what_is_overdue_or_only_the_rest_is_asked_for(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth, operator: httpx.Auth
) -> None:
    late, fresh = await refer(world, overdue=True), await refer(world)

    for auth in (coordinator, operator):
        assert await listed(client, auth, "?overdue=true") == [str(late.id)]
        assert await listed(client, auth, "?overdue=false") == [str(fresh.id)]
        assert len(await listed(client, auth)) == 2


async def test_what_is_due_says_when(client: httpx.AsyncClient, world: World, coordinator: httpx.Auth) -> None:
    late = await refer(world, overdue=True)

    [line] = (await client.get("/referrals", auth=coordinator)).json()["items"]
    one = (await client.get(f"/referrals/{late.id}", auth=coordinator)).json()

    assert (line["overdue"], line["due_on"]) == (one["overdue"], one["due_on"]) == (True, str(late.due_on))


async def test_what_is_over_is_neither_urgent_nor_overdue(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    plain, over = await refer(world), await refer(world, overdue=True, urgent=True)
    await world.move(over, lifecycle.withdraw, world.host)

    assert await listed(client, coordinator) == [str(plain.id), str(over.id)]


async def test_an_urgent_draft_waits_like_any_other(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    plain = await refer(world)
    body = {name: value for name, value in a_body(world, urgent=True).items() if name != "consent"}
    draft = (await post(client, body, referrer, path="/referrals/drafts")).json()["id"]

    assert await listed(client, referrer) == [str(plain.id), draft]


async def test_who_is_to_be_asked_again_today_is_overdue_today_and_not_before(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth
) -> None:
    received = await world.move(await refer(world), lifecycle.acknowledge, world.host)
    where, tomorrow = f"/referrals/{received.id}/not-yet", today(now()) + timedelta(days=1)
    put_off = await client.post(where, json={"revisit_on": str(tomorrow)}, headers=version(2), auth=coordinator)

    async def overdue(days: int) -> list[Any]:
        async with world.database.transaction(member(world.host.id)) as tx:
            rows = await list_referrals(
                tx,
                asking=world.host.id,
                status=None,
                programme_id=None,
                overdue=True,
                after=None,
                limit=5,
                now=now() + timedelta(days=days),
            )
        return [row["id"] for row in rows]

    assert (put_off.status_code, put_off.json()["due_on"]) == (200, str(tomorrow))
    assert (await overdue(0), await overdue(1)) == ([], [received.id])


async def test_ones_own_referrals_to_oneself_are_listed_once(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    own = await world.another_programme(world.referrer)
    referral = await refer(world, urgent=True, programme_id=own.id)

    assert await listed(client, as_caller("referrer", organisation_id=world.referrer.id)) == [str(referral.id)]


@pytest.mark.parametrize(
    "after",
    ["x", "AA", encode_place(Place(LAST + 1, UUID(int=1))), encode_place(Place(LAST, UUID(int=1), date.max)), "é"],
)
async def test_a_place_that_no_page_named_is_refused(
    client: httpx.AsyncClient, world: World, coordinator: httpx.Auth, after: str
) -> None:
    answer = await client.get("/referrals", params={"after": after}, auth=coordinator)

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-malformed")
