"""A whole Kith under fire: real Kafka, PostgreSQL and the services as processes, each to be killed at any moment."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import httpx
from aiokafka.admin import NewTopic
from pydantic import SecretStr

from kith_chassis.broker import make_topics
from kith_chassis.migrating import migrate
from kith_chassis.provision import provision
from kith_chassis.settings import MigrationSettings, ServiceSettings
from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_cli.embedded.processes import Process, free_port, rest_through, spawn, stopping
from kith_contracts.registry import TOPICS
from tests.faults.post_box import Came, read
from tests.servers.issuer import SERVICES, Issuer
from tests.servers.kafka import JvmKafka
from tests.servers.postgres import PASSWORD, role_url
from tests.servers.services import SEALING_KEY, Bearer

API: Final = "api"
INBOX: Final = "inbox"
TIMERS: Final = "timers"
RELAY: Final = "relay"
MAIN: Final = f"{API},{INBOX},{TIMERS}"
POLITE: Final = (signal.SIGTERM, 30.0)


class Member:
    """One process of one service, with the parts it runs; it keeps its port and its replica number for life."""

    def __init__(self, service: str, parts: str, environment: Mapping[str, str], log: Path) -> None:
        self.service = service
        self.name = f"{service} ({parts})"
        self.url = f"http://127.0.0.1:{environment['KITH_HTTP_PORT']}"
        self._command = [sys.executable, "-m", f"kith_{service}", "--only", parts]
        self._environment = environment
        self._log = log
        self._process: Process | None = None

    def start(self) -> None:
        """Start it; it becomes ready in its own time."""
        self._process = spawn(self._command, log=self._log, environment=self._environment, dying_signal=signal.SIGKILL)

    @property
    def running(self) -> Process:
        """The process. It must have been started and not have ended by itself."""
        assert self._process is not None, f"{self.name} was not started"
        assert self._process.poll() is None, f"{self.name} ended by itself: {self._last_words()}"
        return self._process

    async def kill_and_restart(self) -> None:
        """As a power cut would, and as an orchestrator would."""
        process = self.running
        process.kill()
        process.wait()
        self.start()

    def freeze(self) -> None:
        """Stop its clock: it holds whatever it holds, and does not know."""
        self.running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had happened."""
        self.running.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Ask it to end. It ends cleanly, in its own time."""
        process = self.running
        await rest_through(stopping(process, POLITE))
        assert process.returncode == 0, f"{self.name} ended with {process.returncode}: {self._last_words()}"
        self._process = None

    async def remove(self) -> None:
        """End it, whatever state it is in."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            await rest_through(stopping(self._process, POLITE))

    def _last_words(self) -> str:
        return self._log.read_text()[-2000:]


class Network:
    """The servers, and the members that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "postgres", free_port())
        self.kafka = JvmKafka(folder / "kafka")
        self.members: list[Member] = []
        self.issuer = Issuer(folder / "issuer")
        self._smtp, self._mails = free_port(), folder / "mails"
        self._mail_server: Process | None = None
        self._ports = {name: free_port() for name in SERVICES}

    def member(self, service: str, parts: str, *, replica: int = 0, **settings: str) -> Member:
        """A further process; not started yet. The first that runs the API is the one that other services ask."""
        has_api = "api" in parts and replica == 0
        client_id, secret = self.issuer.secret(service)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KITH_")},
            "KITH_DATABASE_URL": self.database_url(service, service),
            "KITH_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "KITH_HTTP_PORT": str(self._ports[service] if has_api else free_port()),
            "KITH_ISSUER": self.issuer.url,
            "KITH_DEVELOPMENT_ISSUER": "1",
            "KITH_CLIENT_ID": client_id,
            "KITH_CLIENT_SECRET": secret,
            "KITH_SEALING_KEYS": SEALING_KEY,
            "KITH_REFERRALS_URL": self.url("referrals"),
            "KITH_MATCHING_URL": self.url("matching"),
            "KITH_SMTP_HOST": "127.0.0.1",
            "KITH_SMTP_PORT": str(self._smtp),
            "KITH_SMTP_TLS": "none",
            "KITH_MAIL_FROM": "Kith <kith@example.org>",
            "KITH_REPLICA": str(replica),
            "KITH_LOG_LEVEL": "INFO",
            "KITH_DRAIN_SECONDS": "0",
            **settings,
        }
        log = self.folder / f"{service}-{parts.replace(',', '-')}-{replica}.log"
        member = Member(service, parts, environment, log)
        self.members.append(member)
        return member

    def url(self, service: str) -> str:
        """Where the service's first process with an API answers."""
        return f"http://127.0.0.1:{self._ports[service]}"

    def database_url(self, service: str, role: str) -> str:
        """The service's database, entered as that role."""
        return role_url(self.postgres.admin_url, f"kith_{service}", role)

    async def ask(self, service: str, question: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows of a service's database, seen by the administrator, whom no policy holds back."""
        connection = await asyncpg.connect(self.postgres.admin_url, database=f"kith_{service}", timeout=10)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(question, *arguments)
            return rows
        finally:
            await connection.close()

    async def no_lag(self) -> bool:
        """Whether every fact of the log was handed to every service, as their own consumers see it."""
        token = Bearer(self.issuer.token("operator"))
        async with httpx.AsyncClient(auth=token, timeout=10.0) as client:
            answers = [await client.get(f"{member.url}/operations/lag") for member in self.members]
        return not any(answer.raise_for_status().json()["total"] for answer in answers)

    async def relays_are_active(self) -> bool:
        """Whether every service has a relay that holds the lock."""
        return all([await self.ask(service, "select from relay_heartbeat") for service in SERVICES])

    def mails(self) -> Counter[Came]:
        """Every mail that came, and how many copies of it."""
        return read(self._mails)

    def check_members(self) -> None:
        """No process ended by itself."""
        for member in self.members:
            assert member.running.pid

    async def kill_postgres(self) -> None:
        """Kill the server with every backend orphaned, and start it on what it left."""
        assert self.postgres.process is not None, "PostgreSQL is not running"
        self.postgres.process.kill()
        self.postgres.process.wait()
        self.postgres.process = None
        self.postgres.stop()  # lets go of the folder; there is nothing left to stop
        await self.postgres.__aenter__()

    async def kill_kafka(self) -> None:
        """Kill the broker, and start it on what it left."""
        self.kafka.kill9()
        await rest_through(self.kafka.starting())

    async def kill_mail(self) -> None:
        """Kill the mail server in the midst of whatever it takes, and start another on what it kept."""
        assert self._mail_server is not None, "no mail server is running"
        self._mail_server.kill()
        self._mail_server.wait()
        self._mail_server = self._a_mail_server()

    def targets(self) -> dict[str, Callable[[], Coroutine[None, None, None]]]:
        """Everything that can be killed, by name."""
        return {
            **{member.name: member.kill_and_restart for member in self.members},
            "Kafka": self.kill_kafka,
            "PostgreSQL": self.kill_postgres,
            "mail": self.kill_mail,
        }

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["Network"]:
        """Servers up, databases migrated, topics made; members are yours to start. All of it is gone afterwards."""
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self.postgres.erase)
            await stack.enter_async_context(self.postgres)
            stack.callback(self.kafka.stop)
            await rest_through(self.kafka.starting())
            await self._make_databases()
            settings = ServiceSettings(
                database_url=SecretStr(self.database_url("referrals", "referrals")),
                kafka_bootstrap=self.kafka.bootstrap,
                issuer=self.issuer.url,
            )
            await make_topics(settings, [NewTopic(name, 12, 1) for name in TOPICS])
            await stack.enter_async_context(self.issuer.serving())
            self._mail_server = self._a_mail_server()
            stack.push_async_callback(self._stop_mail)
            stack.push_async_callback(self._stop_members)
            stack.callback(self._tell_errors)
            yield self

    async def _make_databases(self) -> None:
        for name in SERVICES:
            await provision(self.postgres.admin_url, name, owner_password=PASSWORD, service_password=PASSWORD)
            url = SecretStr(self.database_url(name, f"{name}_owner"))
            await asyncio.to_thread(migrate, name, MigrationSettings(database_owner_url=url))

    def _a_mail_server(self) -> Process:
        command = [sys.executable, "-m", "tests.faults.post_box", str(self._smtp), str(self._mails)]
        return spawn(command, log=self.folder / "mail.log", dying_signal=signal.SIGKILL)

    def _tell_errors(self) -> None:
        """Show what the members thought worth an error, for the folder is gone in a moment."""
        for log in sorted(self.folder.glob("*.log")):
            errors = [line for line in log.read_text(errors="replace").splitlines() if '"level": "error"' in line]
            for line in errors[-3:]:
                print(f"{log.name}: {line[:4000]}")

    async def _stop_mail(self) -> None:
        if self._mail_server is not None:
            await rest_through(stopping(self._mail_server, (signal.SIGTERM, 5.0)))

    async def _stop_members(self) -> None:
        await asyncio.gather(*(member.remove() for member in self.members))
