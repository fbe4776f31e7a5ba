"""The development issuer inside the tests' own process: its tokens are signed here, its keys are served on a port."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import uvicorn

from kith_chassis import clock
from kith_cli.clients import Client, standing_clients
from kith_cli.embedded.issuer import SigningKey, application, claims_for
from kith_cli.embedded.processes import free_port

SERVICES: Final = ("referrals", "matching", "notifications", "reporting")
LIFETIME: Final = 12 * 60 * 60  # seconds a token holds: longer than any run of the tests


class Issuer:
    """One issuer with a client for every service and one for the operator. Others reach it only while ``serving``.

    ``more`` are further clients; all get a secret.
    """

    def __init__(self, folder: Path, *more: Client) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.key = SigningKey(folder)
        clients = [*standing_clients(SERVICES), *more]
        self.clients = {each.client_id: replace(each, secret=secrets.token_hex(16)) for each in clients}
        self._app = application(self.url, self.clients, self.key, now=clock.now)
        self.transport = httpx.ASGITransport(self._app)

    def secret(self, service: str) -> tuple[str, str]:
        """A service's own client and its secret."""
        client = self.clients[f"service-{service}"]
        return client.client_id, client.secret

    def token(
        self,
        *roles: str,
        organisation_id: UUID | None = None,
        subject: str = "tester",
        at: datetime | None = None,
        **claims: object,
    ) -> str:
        """A bearer token; ``claims`` replace what it would say."""
        client = Client(subject, frozenset(roles), organisation_id)
        now = at or clock.now()
        usual = claims_for(client, self.url, now) | {"exp": int(now.timestamp()) + LIFETIME}
        return self.key.sign(usual | claims)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Issuer"]:
        """Discovery, keys and tokens for clients, over HTTP."""
        port = int(self.url.rpartition(":")[2])
        server = _Server(uvicorn.Config(self._app, port=port, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Uvicorn that leaves Ctrl-C to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
