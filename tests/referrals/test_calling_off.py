"""A closing is called off before its last day: what can come back does, and what others settled stays."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain import agreement as agreements
from kith_referrals.domain import closing as closings
from kith_referrals.domain.agreement import Agreement, Cut
from kith_referrals.domain.closing import LastDayCome
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.referral import Status
from kith_referrals.domain.refusals import OrganisationCloses, ProgrammeClosed
from kith_referrals.store.agreements import find_agreement_for_update
from kith_referrals.usecases import agreeing, network
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller
from tests.referrals.forms import Clock
from tests.referrals.test_api import post
from tests.referrals.test_closing import DAYS, LAST, ON_THE_DAY, a_closing, hand_over, stands
from tests.referrals.test_importing import stored
from tests.referrals.test_invitations import invite
from tests.referrals.world import OPERATOR, World, an_agreement, an_organisation, member, on_the_record

LATER = LAST + timedelta(days=60)


@pytest.fixture
def client(clocked: httpx.AsyncClient) -> httpx.AsyncClient:
    return clocked


def path_of(organisation: Organisation) -> str:
    return f"/organisations/{organisation.id}/closing"


async def announce(
    client: httpx.AsyncClient, operator: httpx.Auth, organisation: Organisation, **changes: Any
) -> httpx.Response:
    body = {"closes_on": LAST.isoformat(), "administrator": "admin-1"} | changes
    return await post(client, body, operator, path=path_of(organisation))


async def call_off(client: httpx.AsyncClient, operator: httpx.Auth, organisation: Organisation) -> httpx.Response:
    return await client.delete(path_of(organisation), auth=operator)


async def reopen(world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_programme(tx, world.programme, now=NOW)


async def last_days(world: World) -> dict[str, date | None]:
    return {str(row["id"]): row["ends_on"] for row in await stored(world, "sharing_agreements")}


async def an_agreement_between(world: World, sharer: Organisation, receiver: Organisation, **changes: Any) -> Agreement:
    async with world.database.transaction(OPERATOR) as tx:
        return await agreeing.publish_agreement(tx, an_agreement(sharer, receiver, **changes), now=NOW)


async def test_it_goes_on_with_its_agreements_and_takes_people_once_a_programme_is_open(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    before = await last_days(world)
    await announce(client, operator, world.host)

    answer = await call_off(client, operator, world.host)

    done = answer.json()
    assert (answer.status_code, done["organisation_id"]) == (200, str(world.host.id))
    assert (len(done["agreements_going_on"]), done["agreements_left"]) == (2, [])
    assert done["programmes_taking_nobody"] == [str(world.programme.id)]
    assert await last_days(world) == before
    with pytest.raises(ProgrammeClosed):
        await world.refer()
    await reopen(world)
    assert (await world.refer()).status is Status.SUBMITTED
    for again in (await call_off(client, operator, world.host), await client.get(path_of(world.host), auth=operator)):
        assert again.status_code == 404


async def test_it_is_told_and_on_the_record(client: httpx.AsyncClient, world: World, operator: httpx.Auth) -> None:
    await announce(client, operator, world.host)
    told, recorded = len(await world.everything_told()), len(await on_the_record(world))

    await call_off(client, operator, world.host)

    news = (await world.everything_told())[told:]
    assert [(name, body.get("state"), body.get("ends_on")) for name, body in news] == [
        ("organisation-published", "open", None),
        ("sharing-agreement-published", "signed", None),
        ("sharing-agreement-published", "signed", None),
    ]
    entries = (await on_the_record(world))[recorded:]
    assert [entry["action"] for entry in entries] == ["closing-called-off", "agreement-going-on", "agreement-going-on"]
    assert (entries[0]["about_kind"], entries[0]["about_id"]) == ("organisation", str(world.host.id))


async def test_nobody_but_the_operator_calls_it_off(
    client: httpx.AsyncClient, world: World, *, operator: httpx.Auth, as_caller: AsCaller
) -> None:
    await announce(client, operator, world.host)

    answer = await call_off(client, as_caller("administrator", organisation_id=world.host.id), world.host)

    assert answer.status_code == 403
    assert (await client.get(path_of(world.host), auth=operator)).status_code == 200


@pytest.mark.parametrize("days", [30, 31])
@pytest.mark.parametrize("turns", [0, 1])
async def test_once_the_last_day_has_come_it_is_refused_and_nothing_changes(
    client: httpx.AsyncClient, world: World, clock: Clock, *, operator: httpx.Auth, days: int, turns: int
) -> None:
    await announce(client, operator, world.host)
    clock.wait(days=days)
    for _ in range(turns):
        await client.post(f"{path_of(world.host)}/handover", auth=operator)
    before = [await stored(world, table) for table in ("organisations", "sharing_agreements", "outbox")]

    answer = await call_off(client, operator, world.host)

    assert (answer.status_code, answer.json()["code"]) == (409, "closing-day-come")
    assert [await stored(world, table) for table in ("organisations", "sharing_agreements", "outbox")] == before
    assert (await client.get(path_of(world.host), auth=operator)).status_code == 200


@given(day=st.integers(-40, 3))
def test_it_is_called_off_on_every_day_before_the_last_and_on_none_after(day: int) -> None:
    organisation = an_organisation(closes_on=LAST)
    today = LAST + timedelta(days=day)

    if day < 0:
        assert closings.called_off(a_closing(organisation), organisation, today) == replace(
            organisation, closes_on=None
        )
        return
    with pytest.raises(LastDayCome):
        closings.called_off(a_closing(organisation), organisation, today)


async def test_what_was_never_to_close_is_not_called_off(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    assert (await call_off(client, operator, world.host)).status_code == 404


async def test_offers_that_were_handed_back_stay_so_and_who_was_taken_on_stays_too(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    offered, taken_on = await world.refer(), await world.accept(await world.refer())
    await announce(client, operator, world.host)
    await hand_over(world, world.host, NOW)

    await call_off(client, operator, world.host)

    assert [(await stands(world, one)).status for one in (offered, taken_on)] == [Status.DECLINED, Status.ACCEPTED]
    assert (await client.post(f"{path_of(world.host)}/handover", auth=operator)).status_code == 404


async def test_what_was_not_ended_yet_can_be_used_again(
    client: httpx.AsyncClient, world: World, *, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    where = (await invite(client, world, referrer)).json()["path"]
    await announce(client, operator, world.referrer)
    between = await client.get(where)

    await call_off(client, operator, world.referrer)

    assert (between.status_code, (await client.get(where)).status_code) == (409, 200)


async def test_what_somebody_settled_since_stays_and_is_named(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    later = await an_agreement_between(world, world.host, world.stranger, starts_on=LATER)
    ended = await an_agreement_between(world, world.host, world.referrer)
    anew = await an_agreement_between(world, world.host, world.referrer)
    shorter = await an_agreement_between(world, world.host, world.referrer, ends_on=TODAY)
    await announce(client, operator, world.host)
    async with world.database.transaction(OPERATOR) as tx:
        await agreeing.end_agreement(tx, ended.id, by=world.referrer.id, version=2, now=NOW)
        await agreeing.publish_agreement(tx, replace(anew, ends_on=LATER), now=NOW)

    done = (await call_off(client, operator, world.host)).json()

    assert set(done["agreements_left"]) == {str(one.id) for one in (later, ended, anew)}
    assert len(done["agreements_going_on"]) == 2
    days = await last_days(world)
    assert [days[str(one.id)] for one in (ended, anew, shorter)] == [LAST, LATER, TODAY]
    async with world.database.transaction(OPERATOR) as tx:
        found = [await find_agreement_for_update(tx, one.id) for one in (later, ended)]
    assert {one.state for one in found if one} == {agreements.State.ENDED}


@pytest.mark.parametrize("first", ["host", "stranger"])
async def test_no_agreement_outlasts_the_side_that_still_closes(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, first: str
) -> None:
    between = await an_agreement_between(world, world.host, world.stranger)
    second = {"host": "stranger", "stranger": "host"}[first]
    await announce(client, operator, getattr(world, first))
    await announce(client, operator, getattr(world, second), closes_on=LATER.isoformat())

    await call_off(client, operator, getattr(world, first))

    assert (await last_days(world))[str(between.id)] == LATER


@given(starts_on=DAYS, ends_on=DAYS | st.none(), latest=DAYS | st.none(), touched=st.booleans())
def test_an_agreement_comes_back_as_it_was_or_not_at_all(
    starts_on: date, ends_on: date | None, latest: date | None, *, touched: bool
) -> None:
    sharer, receiver = an_organisation(), an_organisation()
    before: Agreement = an_agreement(sharer, receiver, starts_on=starts_on, ends_on=ends_on)
    ended = agreements.end_on(before, LAST, sharer.id, NOW)
    if ended is None:
        return
    stands = replace(ended, version=ended.version + touched)

    after = agreements.go_on(stands, Cut(before.ends_on, ended.version), latest)

    if touched or ended.state is agreements.State.ENDED:
        assert after is None
    if after is not None:
        assert replace(after, ends_on=before.ends_on, version=before.version) == before
        assert after.ends_on == min((day for day in (ends_on, latest) if day), default=None)
        assert after.version > ended.version
    elif not touched and ended.state is not agreements.State.ENDED:
        assert latest == ended.ends_on


async def test_it_can_close_again_later_with_another_plan(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    await announce(client, operator, world.host, successor_id=str(world.stranger.id))
    await call_off(client, operator, world.host)
    await reopen(world)
    taken_on = await world.accept(await world.refer())

    again = await announce(client, operator, world.host, closes_on=LATER.isoformat())

    assert (again.status_code, again.json()["closes_on"], again.json()["successor_id"]) == (
        201,
        LATER.isoformat(),
        None,
    )
    assert set((await last_days(world)).values()) == {None, LATER}
    with pytest.raises(OrganisationCloses):
        await world.refer()
    assert not (await hand_over(world, world.host, ON_THE_DAY)).done
    assert (await hand_over(world, world.host, ON_THE_DAY + timedelta(days=60))).done
    assert (await stands(world, taken_on)).status is Status.CLOSED


async def test_another_organisations_closing_is_not_called_off_with_it(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    await announce(client, operator, world.host)
    await announce(client, operator, world.stranger)

    await call_off(client, operator, world.host)

    assert (await client.get(path_of(world.stranger), auth=operator)).status_code == 200
    assert await world.seen(member(world.stranger.id), "closings") == 1
