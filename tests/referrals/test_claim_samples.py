"""Auditors see a sample of claims, drawn by chance, until its day; each look is on the record, and nobody is named."""

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_chassis.clock import now as real_now
from kith_referrals.domain.claim_samples import drawn
from tests.conftest import AsCaller
from tests.referrals.claiming import TODAY, Ledger, a_ledger
from tests.referrals.forms import Clock
from tests.referrals.test_api import version
from tests.referrals.world import OPERATOR, World, member, on_the_record


@pytest.fixture
async def ledger(clocked: httpx.AsyncClient, clock: Clock, world: World, as_caller: AsCaller) -> Ledger:
    clock.now = real_now()  # the database has a clock too
    return await a_ledger(clocked, world, as_caller)


@pytest.fixture
def auditor(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("auditor", organisation_id=world.stranger.id, subject="auditor-1")


@given(standing=st.integers(1, 60), wanted=st.integers(1, 60), seed=st.integers())
def test_a_sample_holds_as_many_as_are_wanted_and_none_twice(standing: int, wanted: int, seed: int) -> None:
    places = drawn(standing, wanted, Random(seed))

    assert len(places) == len(set(places)) == min(standing, wanted)
    assert all(0 <= place < standing for place in places)


def test_each_claim_is_as_likely_to_be_drawn_as_any_other() -> None:
    chance = Random(7)

    times = Counter(place for _ in range(2000) for place in drawn(10, 3, chance))

    assert all(500 < times[place] < 700 for place in range(10))


async def test_auditors_see_what_was_drawn_where_its_evidence_is_and_nobody(
    ledger: Ledger, world: World, auditor: httpx.Auth
) -> None:
    families = [await ledger.family() for _ in range(3)]
    made = [await ledger.claim(household_id) for household_id, _ in families]
    sample = await ledger.draw(world.stranger.id, claims=2)

    seen = await ledger.client.get(sample.headers["Location"], auth=auditor)

    shown = seen.json()["claims"]
    assert (sample.status_code, sample.json()["claims"], len(shown)) == (201, 2, 2)
    assert {one["id"] for one in shown} < {one.json()["id"] for one in made}
    assert {(one["evidence"], one["household_size"]) for one in shown} == {("case-files/2026/0117", 4)}
    ids = [str(it) for household_id, referral in families for it in (household_id, referral.id, referral.person_id)]
    assert not [it for it in (*ids, "Testwell", "Renée") if it in seen.text]


async def test_a_sample_stays_the_same_and_shows_its_claims_as_they_stand(
    ledger: Ledger, world: World, auditor: httpx.Auth
) -> None:
    made = await ledger.claim((await ledger.family())[0])
    sample = await ledger.draw(world.stranger.id)
    await ledger.claim((await ledger.family())[0])
    await ledger.reverse(made)

    [shown] = (await ledger.client.get(sample.headers["Location"], auth=auditor)).json()["claims"]

    assert (shown["id"], shown["state"], shown["reason"]) == (made.json()["id"], "reversed", "relapsed")


async def test_after_its_day_nobody_sees_it(ledger: Ledger, world: World, auditor: httpx.Auth, clock: Clock) -> None:
    await ledger.claim((await ledger.family())[0])
    sample = await ledger.draw(world.stranger.id, until=TODAY + timedelta(days=27))

    clock.wait(days=27)
    on_its_day = await ledger.client.get(sample.headers["Location"], auth=auditor)
    clock.wait(days=1)
    after = await ledger.client.get(sample.headers["Location"], auth=auditor)

    assert on_its_day.status_code == 200
    assert (after.status_code, after.json()["code"]) == (403, "sample-over")


async def test_the_database_too_shows_an_auditor_the_sample_alone_and_lets_nothing_be_changed(
    ledger: Ledger, world: World, as_caller: AsCaller
) -> None:
    made = [await ledger.claim((await ledger.family())[0]) for _ in range(3)]
    nothing = await world.seen(member(world.stranger.id, "auditor"), "claims")
    await ledger.draw(world.stranger.id, claims=2)
    administrator = as_caller("administrator", organisation_id=world.stranger.id)

    reversals = [
        await ledger.client.post(
            f"{one.headers['Location']}/reversal", json={"reason": "relapsed"}, auth=administrator, headers=version(1)
        )
        for one in made
    ]
    read = [await ledger.client.get(one.headers["Location"], auth=administrator) for one in made]

    assert (nothing, await world.seen(member(world.stranger.id, "auditor"), "claims")) == (0, 2)
    assert {answer.status_code for answer in (*reversals, *read)} == {404}
    assert (await ledger.client.get("/claims", auth=administrator)).json()["items"] == []


async def test_the_database_too_shows_an_auditor_nothing_once_the_day_has_passed(ledger: Ledger, world: World) -> None:
    await ledger.claim((await ledger.family())[0])
    await ledger.draw(world.stranger.id)
    seen = await world.seen(member(world.stranger.id, "auditor"), "claims")

    async with world.database.transaction(OPERATOR) as tx:
        await tx.execute(sa.text("update claim_samples set until = until - 1"))

    assert (seen, await world.seen(member(world.stranger.id, "auditor"), "claims")) == (1, 0)


@pytest.mark.parametrize(
    ("role", "who", "status"),
    [("auditor", "host", 404), ("auditor", "referrer", 404), ("administrator", "stranger", 403)],
)
async def test_nobody_but_the_auditors_for_whom_it_was_drawn_sees_it(
    ledger: Ledger, world: World, as_caller: AsCaller, *, role: str, who: str, status: int
) -> None:
    await ledger.claim((await ledger.family())[0])
    sample = await ledger.draw(world.stranger.id)

    auth = as_caller(role, organisation_id=getattr(world, who).id)
    answer = await ledger.client.get(sample.headers["Location"], auth=auth)

    assert answer.status_code == status


async def test_an_auditor_whom_their_organisations_list_does_not_name_is_refused(
    ledger: Ledger, world: World, auditor: httpx.Auth, as_caller: AsCaller
) -> None:
    await ledger.claim((await ledger.family())[0])
    sample = await ledger.draw(world.stranger.id)
    administrator, own = as_caller("administrator", organisation_id=world.stranger.id), world.stranger.id
    for subject, roles in (("tester", ["administrator"]), ("auditor-1", ["referrer"])):
        told = {"roles": roles, "starts_on": TODAY.isoformat()}
        await ledger.client.put(f"/organisations/{own}/members/{subject}", json=told, auth=administrator)
    await ledger.client.put(f"/organisations/{own}/member-list", json={"kept": True}, auth=administrator)

    refused = await ledger.client.get(sample.headers["Location"], auth=auditor)

    assert (refused.status_code, refused.json()["code"]) == (403, "member-role-missing")


async def test_each_look_is_on_the_record_and_a_look_that_is_refused_is_not(
    ledger: Ledger, world: World, auditor: httpx.Auth, clock: Clock
) -> None:
    await ledger.claim((await ledger.family())[0])
    sample = await ledger.draw(world.stranger.id)
    for _ in range(2):
        await ledger.client.get(sample.headers["Location"], auth=auditor)
    clock.wait(days=29)
    await ledger.client.get(sample.headers["Location"], auth=auditor)

    entries = await on_the_record(world, about=UUID(sample.json()["id"]))
    assert [(one["action"], one["subject"]) for one in entries] == [
        ("claim-sample-drawn", "tester"),
        ("claim-sample-read", "auditor-1"),
        ("claim-sample-read", "auditor-1"),
    ]


async def test_what_cannot_be_drawn_is_refused(ledger: Ledger, world: World) -> None:
    own = world.stranger.id
    nothing = await ledger.draw(own)
    await ledger.claim((await ledger.family())[0])

    refused = [
        nothing,
        await ledger.draw(own, until=TODAY + timedelta(days=29)),
        await ledger.draw(own, until=TODAY - timedelta(days=1)),
        await ledger.draw(new_id()),
        await ledger.draw(own, programme_id=str(new_id())),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (422, "nothing-to-sample"),
        (422, "sample-day-wrong"),
        (422, "sample-day-wrong"),
        (422, "organisation-unknown"),
        (422, "programme-unknown"),
    ]
