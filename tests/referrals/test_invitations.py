"""Supported self-referral: a professional hands over a link, and the person completes it."""

from typing import Any, cast

import httpx
import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_referrals.pages import words
from tests.conftest import HttpOf
from tests.referrals.forms import Clock, Outline, Visitor
from tests.referrals.test_closing import announce
from tests.referrals.world import OPERATOR, World, a_wish, member


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(world: World, http_of: HttpOf, clock: Clock) -> httpx.AsyncClient:
    client = await http_of("referrals", world.database)
    cast("Any", client._transport).app.state.now = clock
    return client


async def invite(client: httpx.AsyncClient, world: World, auth: httpx.Auth, **body: str) -> httpx.Response:
    headers = {"Idempotency-Key": str(new_id())}
    body = {"programme_id": str(world.programme.id)} | body
    return await client.post("/invitations", json=body, headers=headers, auth=auth)


@pytest.fixture
async def invited(client: httpx.AsyncClient, world: World, clock: Clock, referrer: httpx.Auth) -> Visitor:
    made = await invite(client, world, referrer, source_reference="P/1")
    return Visitor(client, world, clock, where=made.json()["path"])


async def test_the_referral_is_the_inviting_organisations_and_it_sees_it(
    invited: Visitor, world: World, referrer: httpx.Auth
) -> None:
    sent = await invited.send()

    [seen] = (await invited.client.get("/referrals", auth=referrer)).json()["items"]
    assert (sent.status_code, seen["source_reference"]) == (303, "P/1")
    assert seen["referring_organisation_id"] == str(world.referrer.id)
    assert seen["programme_organisation_id"] == str(world.host.id)
    page = await invited.client.get(sent.headers["Location"])
    assert "The people who gave you this link may see your form." in page.text


async def test_the_wording_that_was_agreed_to_is_that_of_an_invitation(invited: Visitor, world: World) -> None:
    await invited.send()

    async with world.database.transaction(OPERATOR) as tx:
        kept = await tx.execute(sa.text("select distinct wording_version from consents"))
        assert kept.scalars().all() == [words.INVITED_WORDING]


async def test_an_invitation_works_once_and_a_double_click_is_once(invited: Visitor, world: World) -> None:
    stamp, other_tab = await invited.stamp(), await invited.stamp()

    first, same, other = [await invited.send(one) for one in (stamp, stamp, other_tab)]

    assert [answer.status_code for answer in (first, same, other)] == [303, 303, 404]
    assert same.headers["Location"] == first.headers["Location"]
    assert (await invited.client.get(invited.where)).status_code == 404
    assert await world.names_told() == ["referral-created"]


async def test_an_invitation_ends_after_two_weeks(invited: Visitor, clock: Clock) -> None:
    before = await invited.client.get(invited.where)
    clock.wait(days=14)

    after = await invited.client.get(invited.where)

    assert (before.status_code, after.status_code) == (200, 404)
    assert "This link does not work any more" in after.text


async def test_an_invitation_is_kept_without_its_secret(invited: Visitor, world: World) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        row = (await tx.execute(sa.text("select invitations::text from invitations"))).scalar_one()

    assert invited.where.rpartition("/")[2] not in row


async def test_nobody_is_invited_to_what_is_not_there(
    client: httpx.AsyncClient, world: World, referrer: httpx.Auth
) -> None:
    answer = await invite(client, world, referrer, programme_id=str(new_id()))

    assert (answer.status_code, answer.json()["code"]) == (422, "programme-unknown")


async def test_organisations_see_their_own_invitations_only(invited: Visitor, world: World) -> None:
    assert invited.where.startswith("/refer/invitation/")
    assert await world.seen(member(world.referrer.id), "invitations") == 1
    assert await world.seen(member(world.host.id), "invitations") == 0


async def test_a_reference_that_was_used_is_refused_and_one_that_is_used_meanwhile_stops_nobody(
    invited: Visitor, world: World, referrer: httpx.Auth
) -> None:
    await world.refer(wish=a_wish(source_reference="P/1"))

    again = await invite(invited.client, world, referrer, source_reference="P/1")
    sent = await invited.send()

    assert (again.status_code, again.json()["code"]) == (409, "source-reference-taken")
    assert sent.status_code == 303
    references = [
        one["source_reference"] for one in (await invited.client.get("/referrals", auth=referrer)).json()["items"]
    ]
    assert references[0] == "P/1"
    assert len(references[1]) == 8


async def test_once_the_inviting_organisation_closes_it_leads_to_the_programmes_own_form(
    invited: Visitor, world: World
) -> None:
    opened = await invited.stamp()
    await announce(world, world.referrer)

    asked, sent = await invited.client.get(invited.where), await invited.send(opened)

    for page in (asked, sent):
        assert (page.status_code, page.headers["X-Robots-Tag"]) == (409, "noindex, nofollow, noarchive")
        assert "The people who gave you this link are closing." in page.text
        [own] = [a["href"] for a in Outline(page.text).all("a") if str(a["href"]).startswith("/refer/")]
        assert (await invited.client.get(str(own))).status_code == 200
    assert await world.names_told() == []
    async with world.database.transaction(OPERATOR) as tx:
        assert (await tx.execute(sa.text("select used_at from invitations"))).scalars().all() == [None]


async def test_once_the_programmes_organisation_closes_it_says_that_nobody_is_taken(
    invited: Visitor, world: World
) -> None:
    await announce(world, world.host)

    page = await invited.client.get(invited.where)

    assert page.status_code == 409
    assert "This programme has no place for new people now." in page.text
    assert "You can still ask" not in page.text
