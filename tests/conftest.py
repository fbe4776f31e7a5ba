"""What every test may ask for: servers that start when first needed; a fresh database, topic or caller each time."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka.admin import NewTopic
from fastapi import FastAPI
from hypothesis import settings
from pydantic import SecretStr

from kith_chassis.broker import make_topics
from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.process import spare_the_garbage_collector
from kith_chassis.service import Service
from kith_chassis.settings import ServiceSettings
from kith_cli.cannot import CannotRun
from kith_cli.embedded.broker import EmbeddedBroker
from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_contracts.registry import TOPICS
from tests.servers.browser import find_browser
from tests.servers.folders import memory, open_folder
from tests.servers.issuer import Issuer
from tests.servers.kafka import Broker, JvmKafka, has_java_and_maven, kafka_jars, remove_topics
from tests.servers.lengths import IN_CI, examples
from tests.servers.postgres import UNSAFE_AND_QUICK, Address, Databases
from tests.servers.services import OWN_SETTINGS, SEALING_KEY, Bearer, built, served, settings_kind
from tests.servers.skipped import NothingSkippedInSilence

REPOSITORY = Path(__file__).parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
NOWHERE = "127.0.0.1:1"

SettingsOf = Callable[..., ServiceSettings]
AddressOf = Callable[[str], Awaitable[Address]]
DatabaseOf = Callable[[str | Address], Awaitable[Database]]
NewTopics = Callable[..., Awaitable[list[str]]]
AsCaller = Callable[..., Bearer]
ServiceOf = Callable[..., Awaitable[Service]]
HttpOf = Callable[..., Awaitable[httpx.AsyncClient]]


def pytest_configure(config: pytest.Config) -> None:
    """Watch what is skipped; let hypothesis try fewer examples where somebody waits, and no example by the clock."""
    if not IN_CI:
        settings.register_profile("waited-for", max_examples=examples(100), deadline=None)
        settings.load_profile("waited-for")
    must_run = {"real_kafka", "containers", "browser"} | ({"shared"} if SHARED_DATA.is_dir() else set())
    config.pluginmanager.register(NothingSkippedInSilence(frozenset(must_run), in_ci=IN_CI))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow ones, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Let no garbage collection look through the collected tests again: a tenth of all the time went there."""
    spare_the_garbage_collector()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, aloud, what this machine cannot run."""
    why_nots: dict[str, Callable[[], str | None]] = {
        "real_kafka": no_kafka,
        "containers": no_engine,
        "browser": no_browser,
        "shared": no_shared_data,
    }
    for marker, why_not in why_nots.items():
        if item.get_closest_marker(marker) and (reason := why_not()):
            pytest.skip(reason)


@cache
def no_kafka() -> str | None:
    """Why Apache Kafka itself cannot be had; None when it can."""
    if os.environ.get("KITH_TEST_KAFKA"):
        return None
    if not has_java_and_maven():
        return "needs Apache Kafka: set KITH_TEST_KAFKA=host:port, or install Java 17 and Maven"
    try:
        kafka_jars()
    except CannotRun as error:
        return str(error)
    return None


@cache
def no_engine() -> str | None:
    """Why containers cannot be run; None when they can."""
    docker = shutil.which("docker")
    if docker is None:
        return "needs a container engine: there is no `docker` command"
    asked = subprocess.run([docker, "version"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return None if asked.returncode == 0 else "needs a container engine: `docker version` finds none"


def no_browser() -> str | None:
    """Why pages cannot be tried in a browser; None when they can."""
    return None if find_browser() else "needs Chromium: install it, or name it in KITH_TEST_BROWSER"


def no_shared_data() -> str | None:
    """Why the team's shared data cannot be read; None when they can."""
    return None if SHARED_DATA.is_dir() else f"reads {SHARED_DATA}, which a clone does not have"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The team's shared data; for tests marked ``shared``."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server, as its administrator reaches it: KITH_TEST_POSTGRES_URL, else an embedded one."""
    if given := os.environ.get("KITH_TEST_POSTGRES_URL"):
        yield given
        return
    with open_folder("kith-tests-", memory()) as folder:
        server = EmbeddedPostgres(folder / "postgres", settings=UNSAFE_AND_QUICK)
        with server:
            yield server.admin_url
        server.erase()


@pytest.fixture(scope="session")
def databases(postgres: str) -> Iterator[Databases]:
    """Every database of this run of the tests."""
    databases = Databases(postgres)
    yield databases
    databases.close()


@pytest.fixture
async def address_of(databases: Databases) -> AsyncIterator[AddressOf]:
    """Make a fresh migrated database for what connects by itself, such as a process: call it with the name."""
    async with AsyncExitStack() as stack:
        yield lambda name: stack.enter_async_context(databases.copy(name))


@pytest.fixture
async def database_of(address_of: AddressOf, settings_of: SettingsOf) -> AsyncIterator[DatabaseOf]:
    """Make a fresh migrated database, entered as the service's own role: call it with the name.

    Given an address, a further way into that database. ``chassis`` is a name too (see tests/servers/postgres.py).
    """
    async with AsyncExitStack() as stack:

        async def database_of(name: str | Address) -> Database:
            address = await address_of(name) if isinstance(name, str) else name
            database = Database.of(settings_of(address))
            stack.push_async_callback(database.close)
            return database

        yield database_of


@pytest.fixture
def settings_of(issuer: Issuer) -> SettingsOf:
    """Settings of a service, for an address and a broker; what is left out leads nowhere, the rest is by keyword."""

    def settings_of(
        address: Address | None = None,
        broker: Broker | None = None,
        kind: type[ServiceSettings] = ServiceSettings,
        **more: Any,
    ) -> ServiceSettings:
        chosen: dict[str, Any] = {
            "database_url": SecretStr(address.url if address else f"postgresql://nobody:none@{NOWHERE}/none"),
            "database_pool_size": 4,
            "kafka_bootstrap": broker.bootstrap if broker else NOWHERE,
            "kafka_idempotent": broker is None or broker.real,
            "issuer": issuer.url,
            "development_issuer": True,
            "drain_seconds": 0.0,
            "sealing_keys": SecretStr(SEALING_KEY),
        }
        return kind(**chosen | more)

    return settings_of


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A broker: KITH_TEST_KAFKA, else Apache Kafka on the JVM, else the embedded one (not for ``real_kafka`` tests)."""
    if given := os.environ.get("KITH_TEST_KAFKA"):
        yield Broker(given, real=True)
    elif no_kafka() is None:
        with open_folder("kith-tests-") as folder:
            kafka = JvmKafka(folder / "kafka")
            kafka.start()
            yield Broker(kafka.bootstrap, real=True)
            kafka.stop()
    else:
        with open_folder("kith-tests-") as folder, EmbeddedBroker(folder / "broker") as embedded:
            yield Broker(embedded.bootstrap, real=False)


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> str:
    """The broker's ``host:port``."""
    return broker.bootstrap


@pytest.fixture
def new_topics(broker: Broker, settings_of: SettingsOf) -> NewTopics:
    """Make topics that no other test knows."""

    async def new_topics(count: int, partitions: int = 12, configs: dict[str, str] | None = None) -> list[str]:
        names = [f"test.{new_id().hex}" for _ in range(count)]
        wanted = [NewTopic(name, partitions, 1, topic_configs=configs or {}) for name in names]
        return await make_topics(settings_of(broker=broker), wanted)

    return new_topics


@pytest.fixture
async def empty_topics(broker: Broker, settings_of: SettingsOf) -> Broker:
    """The broker with the topics of the contracts, all of them empty, and no service's place in them."""
    settings = settings_of(broker=broker)
    await remove_topics(settings, TOPICS)
    await make_topics(settings, [NewTopic(name, 12, 1) for name in TOPICS])
    return broker


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Whose tokens services believe: ``issuer.token("coordinator", organisation_id=...)``."""
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def as_caller(issuer: Issuer) -> AsCaller:
    """Somebody with roles, for any request: ``client.get(url, auth=as_caller("coordinator", organisation_id=...))``."""

    def as_caller(*roles: str, organisation_id: UUID | None = None, subject: str = "tester") -> Bearer:
        return Bearer(issuer.token(*roles, organisation_id=organisation_id, subject=subject))

    return as_caller


@pytest.fixture
async def service_of(settings_of: SettingsOf) -> AsyncIterator[ServiceOf]:
    """Build a service over a database, as its ``main`` does: call it with the name and the database."""
    async with AsyncExitStack() as stack:

        async def service_of(name: str, database: Database, **settings: Any) -> Service:
            chosen = settings_of(kind=settings_kind(name), **OWN_SETTINGS.get(name, {}) | settings)
            return await stack.enter_async_context(built(name, chosen, database))

        yield service_of


@pytest.fixture
async def http_of(
    database_of: DatabaseOf, service_of: ServiceOf, settings_of: SettingsOf, issuer: Issuer
) -> AsyncIterator[HttpOf]:
    """Speak HTTP to a service without a process: call it with a name (and its ``database``), a Service or an app.

    ``auth=as_caller(...)`` says who speaks, for all of the client's requests or for one.
    """
    async with AsyncExitStack() as stack:

        async def http_of(
            what: str | Service | FastAPI, database: Database | None = None, auth: httpx.Auth | None = None
        ) -> httpx.AsyncClient:
            if isinstance(what, str):
                database = database or await database_of(what)
                what = await service_of(what, database)
            if isinstance(what, Service):
                database = database or await database_of(what.name)
                app = served(what, settings_of(), database, issuer.transport)
                what = await stack.enter_async_context(app)
            transport = httpx.ASGITransport(what)
            client = httpx.AsyncClient(transport=transport, base_url="http://kith.test", auth=auth)
            return await stack.enter_async_context(client)

        yield http_of
