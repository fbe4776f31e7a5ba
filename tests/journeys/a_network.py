"""A whole network as processes: an issuer, a mail catcher and the four services on a broker and PostgreSQL."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from kith_cli.addresses import Addresses
from kith_cli.embedded.processes import Process, free_port, rest_through, spawn, stopping
from tests.servers.issuer import SERVICES, Issuer
from tests.servers.kafka import Broker
from tests.servers.postgres import Address, Databases
from tests.servers.services import SEALING_KEY

READY_SECONDS: Final = 90.0
POLITE: Final = (signal.SIGTERM, 30.0)


@dataclass(frozen=True)
class Network:
    """Where everything answers and keeps; ``mail_url`` is the page of the mail catcher."""

    addresses: Addresses
    databases: dict[str, Address]
    mail_url: str


@asynccontextmanager
async def a_network(
    broker: Broker, databases: Databases, issuer: Issuer, folder: Path, **more: str
) -> AsyncIterator[Network]:
    """Have everything up on a broker whose topics are there; ``more`` are further settings of every service."""
    mail_url, smtp_port = f"http://127.0.0.1:{free_port()}", free_port()
    urls = {name: f"http://127.0.0.1:{free_port()}" for name in SERVICES}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(issuer.serving())
        mail = ["kith_cli.embedded.mail", "--smtp-port", str(smtp_port), "--http-port", mail_url.rpartition(":")[2]]
        await stack.enter_async_context(_a_process(folder / "mail.log", mail, {}))
        kept: dict[str, Address] = {}
        for name in SERVICES:
            kept[name] = address = await stack.enter_async_context(databases.copy(name))
            client_id, secret = issuer.secret(name)
            environment = {
                "KITH_DATABASE_URL": address.url,
                "KITH_KAFKA_BOOTSTRAP": broker.bootstrap,
                "KITH_KAFKA_IDEMPOTENT": str(broker.real),
                "KITH_HTTP_PORT": urls[name].rpartition(":")[2],
                "KITH_ISSUER": issuer.url,
                "KITH_DEVELOPMENT_ISSUER": "1",
                "KITH_CLIENT_ID": client_id,
                "KITH_CLIENT_SECRET": secret,
                "KITH_SEALING_KEYS": SEALING_KEY,
                "KITH_REFERRALS_URL": urls["referrals"],
                "KITH_MATCHING_URL": urls["matching"],
                "KITH_SMTP_HOST": "127.0.0.1",
                "KITH_SMTP_PORT": str(smtp_port),
                "KITH_MAIL_FROM": "Kith <kith@example.org>",
                "KITH_DRAIN_SECONDS": "0",
            }
            log = folder / f"{name}.log"
            await stack.enter_async_context(_a_process(log, [f"kith_{name}"], environment | more))
        await _ready([*urls.values(), mail_url])
        yield Network(Addresses(urls, issuer.url, issuer.clients), kept, mail_url)


@asynccontextmanager
async def _a_process(log: Path, module: list[str], environment: dict[str, str]) -> AsyncIterator[Process]:
    """A module of ours, running until it is asked to end."""
    process = spawn([sys.executable, "-m", *module], log=log, environment=environment, dying_signal=signal.SIGKILL)
    try:
        yield process
    finally:
        await rest_through(stopping(process, POLITE))


async def _ready(urls: list[str]) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(READY_SECONDS):
        for url in urls:
            while not await _is_ready(client, url):
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).is_success
    except httpx.TransportError:
        return False
