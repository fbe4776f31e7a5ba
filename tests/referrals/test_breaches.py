"""What went wrong is on a log with a clock, and what was sent to the wrong programme is taken back in one step."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_chassis.clock import new_id
from kith_referrals.domain import breaches, lifecycle
from kith_referrals.domain.breaches import (
    Breach,
    Containment,
    FoundAfterNow,
    Telling,
    ToldAndNotNeeded,
    ToldBeforeFound,
    What,
)
from kith_referrals.domain.consent import agreed
from kith_referrals.domain.referral import Referral, Status, may_see, may_see_person
from kith_referrals.domain.refusals import MoveRefused, NotYourReferral
from kith_referrals.usecases import logs
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.test_api import version
from tests.referrals.test_visibility import sees
from tests.referrals.world import AGREED, World, actor, member, on_the_record

HOURS = st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))


def a_breach(**changes: Any) -> Breach:
    return replace(Breach(uuid4(), uuid4(), (What.LOST,), NOW), **changes)


@given(found_at=HOURS, told_at=HOURS | st.none(), people_at=HOURS | st.none())
def test_nobody_finds_or_tells_what_has_not_happened(
    found_at: datetime, told_at: datetime | None, people_at: datetime | None
) -> None:
    breach = a_breach(found_at=found_at, ico_told_at=told_at, people_told_at=people_at)
    told = [at for at in (told_at, people_at) if at is not None]

    if found_at <= NOW and all(found_at <= at <= NOW for at in told):
        assert breaches.checked(breach, NOW) == breach
    else:
        with pytest.raises((FoundAfterNow, ToldBeforeFound)):
            breaches.checked(breach, NOW)


@pytest.mark.parametrize(
    "both", [{"ico_told_at": NOW, "ico_not_needed": True}, {"people_told_at": NOW, "people_not_told": True}]
)
def test_somebody_was_told_or_need_not_be_and_not_both(both: dict[str, Any]) -> None:
    with pytest.raises(ToldAndNotNeeded):
        breaches.checked(a_breach(**both), NOW)


def test_the_clock_is_72_hours_from_finding_until_the_commissioner_is_told_or_need_not_be() -> None:
    assert a_breach().due_at == NOW + timedelta(hours=72)
    assert a_breach(ico_told_at=NOW).due_at is None
    assert a_breach(ico_not_needed=True).due_at is None


@given(contained=st.booleans(), ico=st.sampled_from(["", "told", "not"]), people=st.sampled_from(["", "told", "not"]))
def test_a_breach_is_open_until_it_is_contained_and_both_are_decided(*, contained: bool, ico: str, people: str) -> None:
    breach = a_breach(
        containment=(Containment.RECOVERED,) if contained else (),
        ico_told_at=NOW if ico == "told" else None,
        ico_not_needed=ico == "not",
        people_told_at=NOW if people == "told" else None,
        people_not_told=people == "not",
    )

    assert breach.is_open != (contained and ico != "" and people != "")


@given(status=st.sampled_from(Status))
def test_a_misdirected_referral_is_its_referrers_alone_however_far_it_had_come(status: Status) -> None:
    referrer, host = uuid4(), uuid4()
    referral = Referral(uuid4(), uuid4(), referrer, uuid4(), host, NOW, status)
    consents = agreed(AGREED, TODAY)
    if status in lifecycle.OVER | {Status.DRAFT}:
        with pytest.raises(MoveRefused):
            breaches.misdirect(referral, actor(referrer), breach_id=uuid4(), note=None, now=NOW)
        return

    moved, breach = breaches.misdirect(referral, actor(referrer), breach_id=uuid4(), note=None, now=NOW)

    after = moved.referral
    assert (after.status, after.closing_reason) == (Status.ENTERED_IN_ERROR, "entered-in-error")
    assert (breach.referral_id, breach.person_id, breach.organisation_id) == (referral.id, referral.person_id, referrer)
    for seen in (may_see, may_see_person):
        assert not seen(after, consents, host, agreed=True, today=TODAY)
        assert seen(after, consents, referrer, agreed=True, today=TODAY)


def test_only_who_referred_takes_it_back() -> None:
    referral = Referral(uuid4(), uuid4(), uuid4(), uuid4(), uuid4(), NOW)
    with pytest.raises(NotYourReferral):
        breaches.misdirect(referral, actor(referral.programme_organisation_id), breach_id=uuid4(), note=None, now=NOW)


async def misdirect(world: World, referral: Referral) -> Referral:
    async with world.database.transaction(member(world.referrer.id, "referrer")) as tx:
        return await logs.misdirect_referral(
            tx, referral.id, note="Private.", by=actor(world.referrer.id), version=referral.version, now=NOW
        )


@pytest.mark.parametrize("taken_on", [False, True])
async def test_the_receiver_loses_sight_of_it_at_once(world: World, *, taken_on: bool) -> None:
    referral = await world.refer()
    referral = await world.accept(referral) if taken_on else referral
    before = await sees(world, member(world.host.id), referral)

    await misdirect(world, referral)

    assert before == {"referrals", "people"}
    assert await sees(world, member(world.host.id), referral) == set()
    assert await world.seen(member(world.host.id), "referral_steps") == 0
    assert await sees(world, member(world.referrer.id), referral) == {"referrals", "people"}


async def test_one_entered_in_error_by_its_programme_stays_in_its_sight(world: World) -> None:
    referral = await world.refer()

    await world.move(referral, lifecycle.close, world.host, "entered-in-error")

    assert await sees(world, member(world.host.id), referral) == {"referrals", "people"}


async def test_the_breach_is_kept_with_it_and_the_close_is_told_without_a_word_of_it(world: World) -> None:
    referral = await world.refer()
    told = len(await world.told())

    await misdirect(world, referral)

    news = (await world.told())[told:]
    assert [(name, body["reason"]) for name, body in news] == [("referral-closed", "entered-in-error")]
    assert [one["action"] for one in (await on_the_record(world))[-2:]] == ["referral-closed", "breach-logged"]
    assert await world.seen(member(world.referrer.id), "breaches") == 1
    assert await world.seen(member(world.host.id), "breaches") == 0


async def test_what_cannot_be_recalled_leaves_no_breach(world: World) -> None:
    referral = await world.move(await world.refer(), lifecycle.withdraw, world.referrer)

    with pytest.raises(MoveRefused):
        await misdirect(world, referral)

    assert await world.seen(member(world.referrer.id), "breaches") == 0


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", organisation_id=world.referrer.id)


async def log(client: httpx.AsyncClient, auth: httpx.Auth, *, hours_ago: int, **more: Any) -> httpx.Response:
    found_at = clock.now() - timedelta(hours=hours_ago)
    body = {"what": ["lost"], "found_at": found_at.isoformat(), "note": "Private.", **more}
    return await client.post("/breaches", json=body, auth=auth, headers={"Idempotency-Key": str(new_id())})


async def test_what_is_due_soonest_stands_first_however_it_is_paged(
    client: httpx.AsyncClient, administrator: httpx.Auth
) -> None:
    hours = {"decided": 200, "late": 100, "soon": 50, "new": 1}
    made = {
        name: (await log(client, administrator, hours_ago=ago, ico_not_needed=name == "decided")).json()["id"]
        for name, ago in hours.items()
    }

    first = (await client.get("/breaches?limit=2", auth=administrator)).json()
    rest = (await client.get(f"/breaches?limit=3&after={first['next']}", auth=administrator)).json()

    found = [one["id"] for one in (*first["items"], *rest["items"])]
    assert found == [made[name] for name in ("late", "soon", "new", "decided")]
    assert rest["next"] is None


async def test_a_moment_that_there_never_was_is_refused(client: httpx.AsyncClient, administrator: httpx.Auth) -> None:
    answer = await log(client, administrator, hours_ago=1, found_at="0001-01-01T00:00:00+14:00")

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


async def test_a_breach_is_changed_as_more_is_known(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    referral = await world.refer()
    made = await log(client, administrator, hours_ago=2, referral_id=str(referral.id))
    path = made.headers["Location"]
    body = {
        "what": ["lost"],
        "found_at": made.json()["found_at"],
        "referral_id": str(referral.id),
        "containment": ["recovered"],
        "ico_told_at": clock.now().isoformat(),
        "people_not_told": True,
    }

    changed = await client.put(path, json=body, headers=version(1), auth=administrator)
    stale = await client.put(path, json=body, headers=version(1), auth=administrator)

    assert (made.json()["person_id"], made.json()["note"]) == (str(referral.person_id), None)
    found = changed.json()
    assert (found["ico"], found["people"], found["is_open"], found["due_at"]) == (
        Telling.TOLD,
        Telling.NOT_NEEDED,
        False,
        None,
    )
    assert (found["person_id"], stale.status_code) == (str(referral.person_id), 412)


async def test_a_breach_is_about_a_referral_that_its_organisation_sees(
    client: httpx.AsyncClient, world: World, as_caller: AsCaller
) -> None:
    referral = await world.refer()

    stranger = as_caller("administrator", organisation_id=world.stranger.id)
    refused = await log(client, stranger, hours_ago=1, referral_id=str(referral.id))

    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")


async def test_the_operator_sees_numbers_and_nothing_of_what_happened(
    client: httpx.AsyncClient, world: World, *, administrator: httpx.Auth, operator: httpx.Auth
) -> None:
    late = await log(client, administrator, hours_ago=100)
    await log(client, administrator, hours_ago=1)

    counts = await client.get("/breaches/counts", auth=operator)
    refused = await client.get(f"/breaches/{late.json()['id']}", auth=operator)

    assert counts.json()["items"] == [{"organisation_id": str(world.referrer.id), "logged": 2, "open": 2, "overdue": 1}]
    assert refused.status_code == 403


@pytest.mark.parametrize(("role", "owner"), [("coordinator", "referrer"), ("administrator", "host")])
async def test_nobody_but_its_administrators_reads_it(
    client: httpx.AsyncClient, world: World, *, administrator: httpx.Auth, as_caller: AsCaller, role: str, owner: str
) -> None:
    made = await log(client, administrator, hours_ago=1)
    organisation_id: UUID = getattr(world, owner).id

    answer = await client.get(made.headers["Location"], auth=as_caller(role, organisation_id=organisation_id))

    assert answer.status_code in {403, 404}


async def test_over_http_a_misdirected_referral_is_gone_for_its_receiver(
    client: httpx.AsyncClient, world: World, *, referrer: httpx.Auth, coordinator: httpx.Auth
) -> None:
    referral = await world.refer()
    path = f"/referrals/{referral.id}"

    recalled = await client.post(f"{path}/misdirection", json={}, headers=version(1), auth=referrer)

    assert recalled.json()["status"] == "entered-in-error"
    answers = [await client.get(f"{path}{more}", auth=coordinator) for more in ("", "/steps")]
    assert [answer.status_code for answer in answers] == [404, 404]
