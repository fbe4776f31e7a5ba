"""What stands before several copies of a service: it asks each whether it is ready and sends requests to those."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Final

import httpx

from tests.faults.network import Member

EVERY: Final = 0.2  # seconds between two questions to each copy


class Balancer(httpx.AsyncBaseTransport):
    """Sends each request to the next copy of ``service`` that said it was ready when last asked. Never tries twice."""

    def __init__(self, service: str, members: Sequence[Member]) -> None:
        self._service = service
        self._members = members
        self._ready: set[Member] = set()
        self._turn = count()
        self._wire = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on, unchanged but for the place."""
        ready = [member for member in self._members if member in self._ready and member.service == self._service]
        assert ready, "no copy of the service is ready"
        request.url = httpx.URL(ready[next(self._turn) % len(ready)].url).copy_with(raw_path=request.url.raw_path)
        return await self._wire.handle_async_request(request)

    async def wait_until_ready(self, member: Member, seconds: float = 120.0) -> None:
        """Wait for one member."""
        async with asyncio.timeout(seconds):
            while member not in self._ready:
                await asyncio.sleep(EVERY / 2)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator["Balancer"]:
        """Ask every member whether it is ready, again and again, meanwhile."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            questions = [asyncio.create_task(self._ask(client, member)) for member in self._members]
            try:
                yield self
            finally:
                for question in questions:
                    question.cancel()
                await asyncio.gather(*questions, return_exceptions=True)
                await self._wire.aclose()

    async def _ask(self, client: httpx.AsyncClient, member: Member) -> None:
        while True:
            try:
                ready = (await client.get(f"{member.url}/health/ready")).is_success
            except httpx.TransportError:
                ready = False
            (self._ready.add if ready else self._ready.discard)(member)
            await asyncio.sleep(EVERY)
