"""Self-referral in a real browser: by keyboard alone, without JavaScript, on a narrow screen, and as axe sees it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Page

from kith_chassis.clock import new_id
from kith_referrals.domain.self_referral import floods
from kith_referrals.domain.self_referral.links import Invitation
from kith_referrals.store import self_referrals as store
from kith_referrals.usecases import self_referring
from tests.browser.conftest import Open
from tests.browser.visiting import Site, fill_in_by_keyboard, is_too_wide, tab_to, violations
from tests.builders import NOW
from tests.referrals.world import member

pytestmark = pytest.mark.browser

PLAIN: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none"}
LOOKS: dict[str, tuple[int, dict[str, Any]]] = {
    "light": (1200, PLAIN),
    "dark": (1200, PLAIN | {"color_scheme": "dark"}),
    "high contrast": (1200, PLAIN | {"forced_colors": "active"}),
    "narrow": (320, PLAIN),
}
"""The window's width, and what the visitor's system asks of pages."""


async def invited(site: Site) -> str:
    """The address of a form that an invitation opens."""
    invitation = Invitation(new_id(), site.world.referrer.id, site.world.programme.id, NOW, NOW.replace(month=12))
    async with site.world.database.transaction(member(site.world.referrer.id)) as tx:
        token = await self_referring.invite(tx, invitation, chance=invitation.id.bytes, now=NOW)
    return f"{site.address}/refer/invitation/{token}"


async def the_form(page: Page, site: Site) -> None:
    await page.goto(site.form)


async def the_form_with_faults(page: Page, site: Site) -> None:
    await the_form(page, site)
    await page.click("button")


async def the_status_page(page: Page, site: Site) -> None:
    await the_form(page, site)
    site.clock.wait(seconds=20)
    await fill_in_by_keyboard(page)


async def the_question_whether_one_is_sure(page: Page, site: Site) -> None:
    await the_status_page(page, site)
    await page.click("text=I do not want this any more")


async def the_page_that_asks_for_help(page: Page, site: Site) -> None:
    await the_status_page(page, site)
    await page.click("text=I need help to be safe")


async def the_page_that_says_that_help_was_asked_for(page: Page, site: Site) -> None:
    await the_page_that_asks_for_help(page, site)
    await page.click("button")


async def the_page_of_a_withdrawn_request(page: Page, site: Site) -> None:
    await the_question_whether_one_is_sure(page, site)
    await page.click("button")


async def a_page_that_is_not_there(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/status/AAAAAAAAAAAAAAAAAAAAAA")


async def an_invitation_that_is_over(page: Page, site: Site) -> None:
    await page.goto(f"{site.address}/refer/invitation/AAAAAAAAAAAAAAAAAAAAAA")


async def the_form_of_an_invitation(page: Page, site: Site) -> None:
    await page.goto(await invited(site))


async def the_form_of_an_invitation_with_faults(page: Page, site: Site) -> None:
    await the_form_of_an_invitation(page, site)
    await page.click("button")


async def the_status_page_of_the_invited(page: Page, site: Site) -> None:
    await the_form_of_an_invitation(page, site)
    site.clock.wait(seconds=20)
    await fill_in_by_keyboard(page, hears=0)


async def the_form_when_too_many_came(page: Page, site: Site) -> None:
    async with site.world.database.transaction(member(site.world.host.id)) as tx:
        offer = await self_referring.find_offer(tx, site.world.programme.slug)
        assert offer
        for _ in range(30):
            await store.count_form(
                tx,
                network=floods.network_bucket(offer.key, "127.0.0.1"),
                programme=floods.programme_bucket(offer.key, UUID(int=1)),
                now=NOW,
            )
    await the_status_page(page, site)


PAGES: dict[str, Callable[[Page, Site], Awaitable[None]]] = {
    "the form": the_form,
    "the form with faults": the_form_with_faults,
    "the status page": the_status_page,
    "the question whether one is sure": the_question_whether_one_is_sure,
    "the page that asks for help": the_page_that_asks_for_help,
    "the page that says that help was asked for": the_page_that_says_that_help_was_asked_for,
    "the page of a withdrawn request": the_page_of_a_withdrawn_request,
    "a page that is not there": a_page_that_is_not_there,
    "an invitation that is over": an_invitation_that_is_over,
    "the form of an invitation": the_form_of_an_invitation,
    "the form of an invitation with faults": the_form_of_an_invitation_with_faults,
    "the status page of the invited": the_status_page_of_the_invited,
    "the form when too many came": the_form_when_too_many_came,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
async def test_axe_finds_nothing_and_nothing_is_too_wide_on(site: Site, open_page: Open, name: str) -> None:
    page = await open_page()
    await PAGES[name](page, site)

    found = {}
    for look, (width, media) in LOOKS.items():
        await page.emulate_media(**media)
        await page.set_viewport_size({"width": width, "height": 800})
        if wrong := [*await violations(page), *(["too wide"] if await is_too_wide(page) else [])]:
            found[look] = wrong

    assert found == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_person_refers_themself_and_changes_their_mind_by_keyboard_alone(
    site: Site, open_page: Open, scripts: bool
) -> None:
    page = await open_page(java_script_enabled=scripts)
    await page.goto(site.form)
    site.clock.wait(seconds=20)

    await fill_in_by_keyboard(page)
    status = page.url
    told = await page.inner_text("main")
    await tab_to(page, "a.button[href$=change-of-mind]")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/change-of-mind")
    await tab_to(page, "button")
    await page.keyboard.press("Enter")
    await page.wait_for_url(status)

    assert "We have your form." in told
    assert "You changed your mind." in await page.inner_text("main")
    assert await site.world.names_told() == ["referral-created", "referral-closed"]


async def test_axe_would_find_what_is_wrong(open_page: Open) -> None:
    page = await open_page()
    await page.set_content("<title>Example</title><main><h1>Example</h1><input></main>")

    assert {"html-has-lang", "label"} <= {rule for rule, _ in await violations(page)}


async def test_the_first_key_leads_past_the_telephone_numbers(site: Site, open_page: Open) -> None:
    page = await open_page()
    await page.goto(site.form)

    await page.keyboard.press("Tab")
    assert await page.locator(":focus").inner_text() == "Go to the main part"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    assert await page.locator(":focus").get_attribute("id") == "who"


async def test_a_fault_leads_to_its_field_and_what_was_typed_is_still_there(site: Site, open_page: Open) -> None:
    page = await open_page()
    await page.goto(site.form)
    site.clock.wait(seconds=20)
    await fill_in_by_keyboard(page, postcode="nowhere")
    title = await page.title()
    begins_at = await page.locator(":focus").get_attribute("class")

    await page.click(".faults a")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("G12")
    await tab_to(page, "button")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")

    assert title.startswith("Error: Ask for support")
    assert begins_at == "faults"
    assert "/status/" in page.url
    assert await site.world.names_told() == ["referral-created"]


async def test_nothing_of_the_person_and_no_address_is_left_in_the_browser(site: Site, open_page: Open) -> None:
    page = await open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await the_status_page(page, site)

    assert all(url.startswith(site.address) for url in asked)
    assert not [url for url in asked if "Testwell" in url or "?" in url]
    assert await page.context.cookies() == []
    assert await page.evaluate("document.referrer") == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_an_invited_person_chooses_what_is_heard_and_completes_the_form(
    site: Site, open_page: Open, scripts: bool
) -> None:
    page = await open_page(java_script_enabled=scripts)
    address = await invited(site)
    await page.goto(address)
    site.clock.wait(seconds=20)

    await fill_in_by_keyboard(page)
    forgotten = await page.inner_text(".faults li")
    await tab_to(page, ".faults a")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "button")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")

    [(_, fact)] = await site.world.told()
    assert forgotten == "Choose what they may hear."
    assert (fact["referring_organisation_id"], fact["feedback"]) == (str(site.world.referrer.id), "progress")
    assert "and when you meet." in await page.inner_text("main")
    async with httpx.AsyncClient() as client:
        assert (await client.get(address)).status_code == 404
