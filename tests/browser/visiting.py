"""What somebody does with a page: by keyboard alone, as many do."""

from dataclasses import dataclass
from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.referrals.forms import Clock
from tests.referrals.world import World

MOST_TABS: Final = 80


@dataclass(frozen=True, slots=True)
class Site:
    """Where the service is, the network in it, and its clock."""

    address: str
    world: World
    clock: Clock

    @property
    def form(self) -> str:
        """The address of the programme's form."""
        return f"{self.address}/refer/{self.world.programme.slug}"


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    wanted = page.locator(f"{selector}:focus")
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await wanted.count():
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


async def fill_in_by_keyboard(page: Page, *, hears: int | None = None, **changes: str) -> None:
    """Fill in the form from its top to its end, and send it with Enter. What is changed is typed instead.

    ``hears`` is how often the arrow goes down from the first level of what the referrer hears, where that is asked.
    """
    typed = {"family-name": "Testwell", "birth-day": "3", "birth-month": "2", "birth-year": "1981", "postcode": "EH16"}
    await tab_to(page, "#who")
    await page.keyboard.press("Space")
    for field, text in {**typed, **changes}.items():
        await tab_to(page, f"#{field}")
        await page.keyboard.type(text)
    await tab_to(page, "#needs-isolation")
    await page.keyboard.press("Space")
    if hears is not None:
        await tab_to(page, "#feedback")
        await page.keyboard.press("Space")
        for _ in range(hears):
            await page.keyboard.press("ArrowDown")
    await tab_to(page, "#agree")
    await page.keyboard.press("Space")
    await tab_to(page, "button")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def violations(page: Page) -> list[tuple[str, Any]]:
    """What axe finds: the rule, and the elements."""
    found = (await Axe().run(page)).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


async def is_too_wide(page: Page) -> bool:
    """Whether one would have to scroll sideways (WCAG 2.2, 1.4.10 Reflow)."""
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wide
