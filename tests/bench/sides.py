"""The two sides of a referral's POST as processes: ours, and the one by hand, each on a database of its own."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from kith_chassis.clock import new_id
from kith_cli.embedded.processes import free_port, rest_through, spawn, stopping
from tests.bench.load import Plan, a_referral
from tests.bench.stage import Stage
from tests.servers.issuer import Issuer
from tests.servers.postgres import Address
from tests.servers.services import SEALING_KEY

ROOT = Path(__file__).parents[2]
REFERRER, OWNER, PROGRAMME = new_id(), new_id(), new_id()
EARLIER = 20_000
"""Referrals that are there already: a table that is analysed while it is empty has plans for empty tables."""
WORDS = """
insert into organisations (id, name, kind)
values ('{REFERRER}', 'Example Health Board', 'health-board'), ('{OWNER}', 'Example Trust', 'charity');
insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)
values ('{PROGRAMME}', '{OWNER}', 'example', 'Example programme', 'one-to-one', 'formal', true, '{{}}', '{{}}');
insert into sharing_agreements (id, sharer_id, receiver_id, programme_ids, purposes, level, starts_on,
    sharer_signed_at, receiver_signed_at, version)
values (uuidv7(), '{REFERRER}', '{OWNER}', '{{}}', '{{referral}}', 'full', '2026-01-05', now(), now(), 1);
insert into people (id, organisation_id, family_name, contact_by, language)
select gen_random_uuid(), '{REFERRER}', 'Testwell', '{{}}', 'en' from generate_series(1, {EARLIER});
insert into referrals (id, person_id, referring_organisation_id, programme_id, programme_organisation_id, submitted_at,
    status, version, source, received_on, needs, conditions, interests, requested, channels, urgent, details)
select uuidv7(), people.id, '{REFERRER}', '{PROGRAMME}', '{OWNER}', now(), 'submitted', 1, 'professional', now(),
    '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', false, '{{}}' from people;
insert into consents (referral_id, purpose, referring_organisation_id, programme_organisation_id, state, recorded_on,
    how)
select referrals.id, purpose, '{REFERRER}', '{OWNER}', 'granted', now(), 'spoken'
from referrals, unnest('{{share-referral,tell-referrer,contact-person}}'::text[]) as purpose;
insert into idempotency_keys (client, route, key, body_digest, created_at)
select 'earlier', 'POST /referrals', id::text, '', now() from referrals;
analyze
"""
KEPT = """
select (select count(*) from people) - {EARLIER} as people, (select count(*) from referrals) - {EARLIER} as referrals,
    (select count(*) from referral_steps) as steps,
    (select count(*) from consents) - 3 * {EARLIER} as consents, (select count(*) from outbox) as outbox,
    (select count(*) from idempotency_keys where status = 201) as answers,
    (select count(*) from audit_tail) + (select number from audit_head) as noted
"""


@dataclass(frozen=True, slots=True)
class Side:
    """Who answers a POST, and where its rows are."""

    port: int
    address: Address
    token: str

    def plan(self, seconds: float) -> Plan:
        """Ask this side for so long."""
        return Plan(port=self.port, token=self.token, bodies=(a_referral(str(PROGRAMME)),), seconds=seconds)

    async def rows(self) -> dict[str, int]:
        """How many rows it has written, by table."""
        connection = await asyncpg.connect(self.address.admin_url)
        try:
            return dict(await connection.fetchrow(KEPT.format(EARLIER=EARLIER)) or {})
        finally:
            await connection.close()


class Sides:
    """Starts processes; all of them end with it."""

    def __init__(self, stage: Stage, folder: Path, issuer: Issuer, stack: AsyncExitStack) -> None:
        self._stage = stage
        self._folder = folder
        self._issuer = issuer
        self._stack = stack
        self._token = self.token("referrer", REFERRER)

    def token(self, role: str, organisation_id: UUID) -> str:
        """A token that both sides believe."""
        return self._issuer.token(role, organisation_id=organisation_id)

    async def ours(self, parts: str) -> Side:
        """The referrals service with these parts."""
        address = await self._database()
        port = await self.service("referrals", parts, address)
        return Side(port, address, self._token)

    async def service(self, name: str, parts: str, address: Address) -> int:
        """One of our services, ready; the port that it answers on."""
        port = free_port()
        environment = {
            "KITH_DATABASE_URL": address.url,
            "KITH_KAFKA_BOOTSTRAP": self._stage.bootstrap,
            "KITH_HTTP_PORT": str(port),
            "KITH_ISSUER": self._issuer.url,
            "KITH_DEVELOPMENT_ISSUER": "1",
            "KITH_SEALING_KEYS": SEALING_KEY,
            "KITH_DRAIN_SECONDS": "0",
        }
        await self.start([f"kith_{name}", "--only", parts], environment, f"http://127.0.0.1:{port}/health/ready")
        return port

    async def by_hand(self, topic: str = "") -> Side:
        """The bare API; with a topic, its relay too."""
        address = await self._database()
        kafka = {"BARE_KAFKA": self._stage.bootstrap, "BARE_TOPIC": topic} if topic else {}
        return Side(await self.bare("bare_api", address, kafka), address, self._token)

    async def bare(self, module: str, address: Address, more: Mapping[str, str]) -> int:
        """A bare API, ready; the port that it answers on."""
        port = free_port()
        environment = {"BARE_DATABASE_URL": address.url, "BARE_ISSUER": self._issuer.url, **more}
        options = f"--port {port} --loop uvloop --http httptools --lifespan on --no-access-log --log-level warning"
        command = ["uvicorn", f"tests.bench.{module}:app", *options.split()]
        await self.start(command, environment, f"http://127.0.0.1:{port}/openapi.json")
        return port

    async def start(self, module: Sequence[str], environment: Mapping[str, str], ready: str = "") -> None:
        """A Python module as a process; waits until ``ready`` answers 200. Raises ``RuntimeError`` with its log."""
        log = self._folder / f"{module[0]}-{new_id().hex}.log"
        usual = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
        process = spawn(
            [sys.executable, "-m", *module],
            log=log,
            environment=usual | dict(environment),
            dying_signal=signal.SIGKILL,
            folder=ROOT,
        )
        self._stack.push_async_callback(rest_through, stopping(process, (signal.SIGTERM, 20.0)))
        async with httpx.AsyncClient() as client:
            while ready and not await _answers(client, ready):
                if process.poll() is not None:
                    raise RuntimeError(log.read_text())
                await asyncio.sleep(0.1)

    async def _database(self) -> Address:
        address = await self._stage.database("referrals")
        connection = await asyncpg.connect(address.admin_url)
        names: dict[str, UUID] = {"REFERRER": REFERRER, "OWNER": OWNER, "PROGRAMME": PROGRAMME}
        await connection.execute(WORDS.format(EARLIER=EARLIER, **names))
        await connection.close()
        return address


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def sides(stage: Stage) -> AsyncIterator[Sides]:
    """Where both sides' processes live, and an issuer that both believe."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kith-bench-sides-")))
        issuer = await stack.enter_async_context(Issuer(folder / "issuer").serving())
        yield Sides(stage, folder, issuer, stack)
