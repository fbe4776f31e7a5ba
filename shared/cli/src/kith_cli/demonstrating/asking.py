"""Many requests at once, as the organisations' own clients and as the network's operator."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import httpx

from kith_chassis import clock
from kith_cli.addresses import Addresses
from kith_cli.network import ON_DUTY, Organisation
from kith_cli.speaking import PATIENCE, NoAnswer, Refused, fetch_token, refusal

AT_ONCE: Final = 8
"""Requests under way at a time."""
PAGE: Final = 200
TRIES: Final = 8
STALE: Final = 412
TRY_AGAIN: Final = frozenset({429, 503})
PAUSE: Final = 0.3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asker:
    """One client. ``go_on`` is called before each request and raises when there is a reason to stop."""

    http: httpx.AsyncClient
    addresses: Addresses
    gate: asyncio.Semaphore
    go_on: Callable[[], None]
    token: str = field(repr=False)

    async def get(self, service: str, path: str, **params: str) -> Any:
        """Read something."""
        return (await self._ask("GET", service, path, params=params)).json()

    async def everything(self, service: str, path: str, **params: str) -> list[dict[str, Any]]:
        """Read a list to its end."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get(service, path, limit=str(PAGE), **params, **after)
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    async def create(self, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make something new, once, also if it has to be said twice."""
        headers = {"Idempotency-Key": str(clock.new_id())}
        made: dict[str, Any] = (await self._ask("POST", service, path, json=body, headers=headers)).json()
        return made

    async def do(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Have something done that stands at no version and makes nothing new."""
        await self._ask("POST", service, path, json=body)

    async def put(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Say what something is; saying it again changes nothing."""
        await self._ask("PUT", service, path, json=body)

    async def move(
        self, service: str, thing: str, action: str, version: int, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Do something to ``thing`` (its path) as it was at ``version``; where it has moved on, as it is now."""
        tag = f'"{version}"'
        for _ in range(TRIES):
            try:
                answer = await self._ask("POST", service, f"{thing}/{action}", json=body, headers={"If-Match": tag})
            except Refused as refused:
                if refused.status != STALE:
                    raise
                tag = (await self._ask("GET", service, thing)).headers["ETag"]
            else:
                moved: dict[str, Any] = answer.json()
                return moved
        raise NoAnswer(f"{service}{thing} changes faster than it can be read.")

    async def _ask(self, method: str, service: str, path: str, **request: Any) -> httpx.Response:
        url = self.addresses.service(service).rstrip("/") + path
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        for _ in range(TRIES):
            self.go_on()
            async with self.gate:
                try:
                    answer = await self.http.request(method, url, headers=headers, **request)
                except httpx.HTTPError as error:
                    self.go_on()
                    raise NoAnswer(f"{service} does not answer at {url} ({type(error).__name__}).") from error
            if answer.status_code not in TRY_AGAIN:
                break
            await asyncio.sleep(PAUSE)
        if answer.is_error:
            raise refusal(service, answer)
        return answer


@dataclass(frozen=True, slots=True)
class Askers:
    """Everybody who asks: the operator, and by the organisation's id a coordinator of each.

    ``leads`` answer concerns, and ``supporters`` speak for themselves, where the organisation has such a client.
    """

    operator: Asker
    coordinators: Mapping[str, Asker]
    leads: Mapping[str, Asker] = field(default_factory=dict)
    supporters: Mapping[str, Asker] = field(default_factory=dict)


@asynccontextmanager
async def asking(
    addresses: Addresses, network: Iterable[Organisation], go_on: Callable[[], None]
) -> AsyncIterator[Askers]:
    """Have everybody's token, and ask until done."""
    with httpx.Client(timeout=PATIENCE) as http:

        def token(role: str, organisation: str | None = None) -> str:
            client = addresses.act_as(role, organisation)
            return str(fetch_token(http, addresses.known_issuer, client)["access_token"])

        operator = token("operator")
        tokens = [
            {str(one.entry.id): token(role, one.slug) for one in network if role in one.roles}
            for role in ("coordinator", ON_DUTY, "supporter")
        ]
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=PATIENCE * 2) as client:
        asker = partial(Asker, client, addresses, gate, go_on)
        yield Askers(asker(operator), *({whose: asker(one) for whose, one in found.items()} for found in tokens))


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """Do all of it side by side; the first that fails ends it."""
    return list(await asyncio.gather(*work))
