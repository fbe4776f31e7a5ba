"""Filling in the form of self-referral in tests: as a person does, page after page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any, Final

import httpx

from tests.builders import NOW
from tests.referrals.world import World

FORM: Final = {
    "who": "myself",
    "given-name": "Renée",
    "family-name": "Testwell",
    "birth-day": "3",
    "birth-month": "2",
    "birth-year": "1981",
    "postcode": "eh165xx",
    "contact": ["email", "text"],
    "email": "person@example.org",
    "telephone": "07700 900123",
    "language": "cy",
    "needs": ["isolation", "stress"],
    "notes": "Private words.",
    "feedback": "decision",
    "agree": "yes",
}
"""Everything that may be said; how much the referrer hears is asked of the invited alone."""


class Outline(HTMLParser):
    """What a page is made of: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def named(self, name: str) -> dict[str, str | None]:
        """The one field of that name."""
        [found] = [attributes for _, attributes in self.tags if attributes.get("name") == name]
        return found


@dataclass
class Clock:
    """What a test says the time is."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Visitor:
    """Somebody with a browser: opens the form, waits long enough to have read it, and sends it."""

    client: httpx.AsyncClient
    world: World
    clock: Clock
    where: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.where = self.where or f"/refer/{self.world.programme.slug}"

    async def stamp(self) -> str:
        """The stamp of a page that was just opened and read."""
        page = await self.client.get(self.where)
        self.clock.wait(seconds=20)
        return str(Outline(page.text).named("stamp")["value"])

    async def send(self, stamp: str | None = None, **changes: Any) -> httpx.Response:
        """The form, with what is changed; None leaves a field out."""
        said = FORM | {name.replace("_", "-"): value for name, value in changes.items()}
        said["stamp"] = await self.stamp() if stamp is None else stamp
        kept = {name: value for name, value in said.items() if value is not None}
        return await self.client.post(self.where, data=kept, headers=self.headers)
