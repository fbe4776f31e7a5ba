"""The referrals service and an issuer as processes, for a command that speaks HTTP to them; no broker behind them."""

import asyncio
import json
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from click.testing import CliRunner, Result

from kith_chassis.clock import new_id
from kith_cli.addresses import Addresses
from kith_cli.clients import Client
from kith_cli.embedded.processes import Process, free_port, rest_through, spawn, stopping
from kith_cli.installation import deploy_file
from kith_cli.loading import load_network
from kith_cli.main import main
from kith_cli.network import Organisation, read_network
from kith_cli.speaking import Speaker
from tests.cli.waiting import eventually
from tests.servers.postgres import Databases

SPARE = 40
"""Organisations of the tests' own, each used once: what one imported, another does not see."""


@dataclass
class AService:
    """Where both answer, and who may speak."""

    url: str
    issuer: str
    clients: dict[str, Client]
    spare: Iterator[UUID]
    folder: Path
    sample: tuple[Organisation, ...] = field(default_factory=tuple)

    @property
    def addresses(self) -> Addresses:
        return Addresses({"referrals": self.url}, self.issuer, self.clients)

    def an_organisation(self) -> UUID:
        """A new organisation, which nobody has imported for, and which may refer to all the others' programmes."""
        organisation_id = next(self.spare)
        with Speaker(self.addresses, self.clients["operator"]) as operator:
            operator.put("referrals", f"/organisations/{organisation_id}", {"name": "Example", "kind": "charity"})
            for other in self.sample:
                parties = {"sharer_id": str(organisation_id), "receiver_id": str(other.entry.id)}
                agreement: dict[str, Any] = parties | {"starts_on": "2026-01-05"}
                operator.put("referrals", f"/agreements/{new_id()}", agreement)
        return organisation_id

    def kith(self, client: str, *words: str | Path) -> Result:
        """Run the command as one of the clients."""
        environment = {"KITH_CLIENT_ID": client, "KITH_CLIENT_SECRET": self.clients[client].secret}
        where = ("--url", f"referrals={self.url}", "--issuer", self.issuer, "--folder", str(self.folder))
        return CliRunner(env=environment).invoke(main, [*(str(word) for word in words), *where])


@asynccontextmanager
async def a_service(databases: Databases, folder: Path) -> AsyncIterator[AService]:
    """Have both up, with the sample network's organisations and programmes in it; duty desks are another service's."""
    network = read_network(deploy_file("sample-network/network.yaml"))
    sample = tuple(replace(one, duty_desks=()) for one in network)
    spare = [new_id() for _ in range(SPARE)]
    clients = _clients(sample, spare)
    issuer = f"http://127.0.0.1:{free_port()}"
    async with databases.copy("referrals") as address:
        port = free_port()
        environment = {
            "KITH_DATABASE_URL": address.url,
            "KITH_KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "KITH_HTTP_PORT": str(port),
            "KITH_ISSUER": issuer,
            "KITH_DEVELOPMENT_ISSUER": "1",
            "KITH_DRAIN_SECONDS": "0",
        }
        processes = [_issuer(issuer, clients, folder), _referrals(environment, folder)]
        try:
            service = AService(f"http://127.0.0.1:{port}", issuer, clients, iter(spare), folder, sample)
            up = await asyncio.to_thread(eventually, lambda: _answers(service), 60.0)
            assert up, (folder / "referrals.log").read_text()
            await asyncio.to_thread(load_network, sample, service.addresses, people=False)
            yield service
        finally:
            for process in processes:
                await rest_through(stopping(process, (signal.SIGTERM, 10.0)))


def _clients(sample: tuple[Organisation, ...], spare: list[UUID]) -> dict[str, Client]:
    clients = [
        Client("operator", frozenset({"operator"}), None, secrets.token_hex(16)),
        *(Client(f"{one}.referrer", frozenset({"referrer"}), one, secrets.token_hex(16)) for one in spare),
        *(
            Client(client.client_id, client.roles, client.organisation, secrets.token_hex(16))
            for one in sample
            for client in one.clients
        ),
    ]
    return {client.client_id: client for client in clients}


def _issuer(url: str, clients: dict[str, Client], folder: Path) -> Process:
    told = [
        {
            "client_id": client.client_id,
            "secret": client.secret,
            "roles": sorted(client.roles),
            "organisation": str(client.organisation) if client.organisation else None,
        }
        for client in clients.values()
    ]
    (folder / "clients.json").write_text(json.dumps({"clients": told}))
    command = [sys.executable, "-m", "kith_cli", "issuer", "--issuer", url, "--port", url.rpartition(":")[2]]
    places = ["--clients", str(folder / "clients.json"), "--folder", str(folder / "issuer")]
    return spawn([*command, *places], log=folder / "issuer.log", dying_signal=signal.SIGKILL)


def _referrals(environment: dict[str, str], folder: Path) -> Process:
    command = [sys.executable, "-m", "kith_referrals", "--only", "api,timers"]
    return spawn(command, log=folder / "referrals.log", environment=environment, dying_signal=signal.SIGKILL)


def _answers(service: AService) -> bool:
    try:
        return all(
            httpx.get(f"{url}/health/{what}").is_success
            for url, what in ((service.url, "live"), (service.issuer, "ready"))
        )
    except httpx.TransportError:
        return False
