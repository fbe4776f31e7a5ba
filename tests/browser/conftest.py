"""What tests in a browser ask for: the referrals service on a port, and somebody who visits its pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.visiting import Site
from tests.conftest import DatabaseOf, ServiceOf, SettingsOf
from tests.referrals.forms import Clock
from tests.referrals.world import World
from tests.servers.browser import FLAGS, find_browser, listening
from tests.servers.issuer import Issuer
from tests.servers.services import served

Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def site(
    database_of: DatabaseOf, service_of: ServiceOf, settings_of: SettingsOf, issuer: Issuer
) -> AsyncIterator[Site]:
    """A small network's referrals service, with a clock that stands still until the test moves it."""
    world, clock = await World.made(await database_of("referrals")), Clock()
    service = await service_of("referrals", world.database)
    async with served(service, settings_of(), world.database, issuer.transport) as app:
        app.state.now = clock
        async with listening(app) as address:
            yield Site(address, world, clock)


@pytest.fixture
async def open_page() -> AsyncIterator[Open]:
    """A new window of the system's Chromium, with nothing remembered: call it with options of a browser context."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        stack.push_async_callback(browser.close)

        async def open_page(width: int = 1200, **options: Any) -> Page:
            context = await browser.new_context(viewport={"width": width, "height": 800}, **options)
            context.set_default_timeout(10_000)
            return await context.new_page()

        yield open_page
