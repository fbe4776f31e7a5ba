"""A person presses one button on their private page, and somebody on duty is told: no reason, no trace on a page."""

import asyncio
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from kith_referrals.store import erasing
from kith_referrals.views.holdings import list_holdings
from tests.builders import TODAY
from tests.conftest import AsCaller, HttpOf, ServiceOf
from tests.referrals.forms import Clock, Visitor
from tests.referrals.world import OPERATOR, World, on_the_record


@pytest.fixture
async def visitor(world: World, http_of: HttpOf, service_of: ServiceOf, clock: Clock) -> Visitor:
    client = await http_of(await service_of("referrals", world.database), world.database)
    cast("Any", client._transport).app.state.now = clock
    return Visitor(client, world, clock)


@pytest.fixture
async def where(visitor: Visitor) -> str:
    """The private page of somebody who referred themself."""
    return (await visitor.send()).headers["Location"]


async def told_of_help(world: World) -> list[dict[str, Any]]:
    return [fact for name, fact in await world.told() if name == "help-asked-for"]


async def test_who_presses_the_button_is_told_that_somebody_on_duty_knows(visitor: Visitor, where: str) -> None:
    asked = await visitor.client.post(f"{where}/help")
    page = await visitor.client.get(asked.headers["Location"])

    assert asked.status_code == 303
    assert "We told somebody on duty at Example Trust." in page.text


async def test_the_fact_says_who_answers_and_for_which_district_and_nothing_of_whom(
    visitor: Visitor, world: World, where: str
) -> None:
    await visitor.client.post(f"{where}/help")

    [fact] = await told_of_help(world)
    [(_, made), *_] = await world.told()
    assert (fact["organisation_id"], fact["programme_id"]) == (str(world.host.id), str(world.programme.id))
    assert fact["district"] == "EH16"
    assert {made["referral_id"], made["person_id"]}.isdisjoint(fact.values())


async def test_no_page_shows_afterwards_that_somebody_asked(visitor: Visitor, where: str) -> None:
    pages = (where, f"{where}/help", f"{where}/change-of-mind", f"{where}/help/asked")
    before = [(await visitor.client.get(page)).text for page in pages]

    await visitor.client.post(f"{where}/help")

    assert [(await visitor.client.get(page)).text for page in pages] == before


async def test_a_double_click_is_one_request_and_after_the_hour_it_is_told_again(
    visitor: Visitor, world: World, where: str, clock: Clock
) -> None:
    await asyncio.gather(*(visitor.client.post(f"{where}/help") for _ in range(4)))
    at_once = len(await told_of_help(world))
    clock.now += timedelta(hours=1)
    await visitor.client.post(f"{where}/help")

    assert (at_once, len(await told_of_help(world))) == (1, 2)


async def test_whoever_withdrew_all_they_agreed_to_can_still_ask(
    visitor: Visitor, world: World, where: str, as_caller: AsCaller
) -> None:
    await visitor.client.post(f"{where}/change-of-mind")

    asked = await visitor.client.post(f"{where}/help")

    assert asked.status_code == 303
    assert len(await told_of_help(world)) == 1


async def test_a_wrong_link_asks_for_nothing(visitor: Visitor, world: World) -> None:
    answers = [
        await visitor.client.request(method, f"/status/AAAAAAAAAAAAAAAAAAAAAA/{path}")
        for method, path in (("GET", "help"), ("POST", "help"), ("GET", "help/asked"))
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert await told_of_help(world) == []


async def test_the_leads_of_the_programmes_organisation_alone_see_whose_request_it_is(
    visitor: Visitor, world: World, where: str, as_caller: AsCaller
) -> None:
    await visitor.client.post(f"{where}/help")
    [(_, made), *_] = await world.told()
    [fact] = await told_of_help(world)

    async def asks(role: str, organisation_id: UUID) -> httpx.Response:
        caller = as_caller(role, organisation_id=organisation_id)
        return await visitor.client.get(f"/help-requests/{fact['request_id']}", auth=caller)

    lead = await asks("safeguarding-lead", world.host.id)
    assert (lead.status_code, lead.json()["referral_id"]) == (200, made["referral_id"])
    assert (await asks("safeguarding-lead", world.stranger.id)).status_code == 404
    assert {(await asks(role, world.host.id)).status_code for role in ("coordinator", "administrator")} == {403}


async def test_the_look_is_on_the_record(visitor: Visitor, world: World, where: str, as_caller: AsCaller) -> None:
    await visitor.client.post(f"{where}/help")
    [fact] = await told_of_help(world)
    lead = as_caller("safeguarding-lead", organisation_id=world.host.id)

    await visitor.client.get(f"/help-requests/{fact['request_id']}", auth=lead)

    assert (await on_the_record(world))[-1]["action"] == "help-request-read"


async def test_what_somebody_asked_goes_with_everything_else_of_them(
    visitor: Visitor, world: World, where: str
) -> None:
    await visitor.client.post(f"{where}/help")
    [(_, made), *_] = await world.told()
    person, referral = UUID(made["person_id"]), UUID(made["referral_id"])

    async with world.database.transaction(OPERATOR) as tx:
        before = {one.kind for one in (await list_holdings(tx, [person], [])).holdings}
        await erasing.erase(tx, [person], [referral], TODAY)
        after = {one.kind for one in (await list_holdings(tx, [person], [])).holdings}

    assert "help-request" in before
    assert "help-request" not in after
