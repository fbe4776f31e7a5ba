"""PostgreSQL for tests: each service is migrated once into a template, and every test that asks gets a copy of it."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from kith_chassis import migrating
from kith_chassis.audit import install_audit_v1
from kith_chassis.provision import provision
from kith_chassis.schema import install_v1, secure
from kith_chassis.settings import MigrationSettings

PASSWORD: Final = "kith-test"
CHASSIS: Final = "chassis"
"""Not a service: the chassis's own tables, ``effects`` for what a handler did, ``notes`` that organisations own."""

CHASSIS_TABLES: Final = (
    """
    create table effects (
        id bigint generated always as identity primary key,
        event_id uuid not null,
        key text,
        number integer
    )
    """,
    "create table notes (id uuid primary key, organisation_id uuid not null)",
)
UNSAFE_AND_QUICK: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "1h",
}
"""For tests that kill nothing: their data need not outlive a power cut."""


@dataclass(frozen=True, slots=True)
class Address:
    """One database, as its service, its owner and the administrator reach it."""

    name: str
    url: str = field(repr=False)
    owner_url: str = field(repr=False)
    admin_url: str = field(repr=False)


@contextmanager
def for_many_tests(database: AbstractAsyncContextManager[Address]) -> Iterator[Address]:
    """The database, there until this is left: for a fixture that outlives the loop of any one test."""
    with asyncio.Runner() as runner:
        yield runner.run(database.__aenter__())
        runner.run(database.__aexit__(None, None, None))


class Databases:
    """Every database that one run of the tests makes on one server."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._run = secrets.token_hex(3)
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}

    def address(self, name: str, database: str) -> Address:
        """How ``database`` of service ``name`` is reached."""
        return Address(
            name=database,
            url=role_url(self._admin_url, database, name),
            owner_url=role_url(self._admin_url, database, f"{name}_owner"),
            admin_url=role_url(self._admin_url, database),
        )

    @asynccontextmanager
    async def copy(self, name: str, of: Address | None = None) -> AsyncIterator[Address]:
        """A fresh, migrated database for service ``name``, gone afterwards; or one ``of`` which nobody is in now.

        Its files are copied: that takes two thirds of the time of writing it through the log, as is usual.
        """
        template = of.name if of else self._templates.get(name) or await self._make_template(name)
        copy = f"{name}_{self._run}_{next(self._numbers)}"
        await self._administer(
            f'create database "{copy}" template "{template}" owner "{name}_owner" strategy file_copy',
            f'grant connect on database "{copy}" to "{name}"',
        )
        try:
            yield self.address(name, copy)
        finally:
            await self._administer(f'drop database "{copy}" with (force)')

    @asynccontextmanager
    async def at_revision(self, name: str, revision: str) -> AsyncIterator[Address]:
        """An empty database of service ``name`` as ``revision`` of it leaves one, gone afterwards."""
        database = f"{name}_{self._run}_{next(self._numbers)}"
        await provision(self._admin_url, name, owner_password=PASSWORD, service_password=PASSWORD, database=database)
        try:
            address = self.address(name, database)
            await asyncio.to_thread(upgrade, name, address.owner_url, revision)
            yield address
        finally:
            await self._administer(f'drop database "{database}" with (force)')

    def close(self) -> None:
        """Leave nothing behind on a server that outlives the tests."""
        drops = [f'drop database "{template}" with (force)' for template in self._templates.values()]
        asyncio.run(self._administer(*drops))

    async def _make_template(self, name: str) -> str:
        template = f"{name}_{self._run}_template"
        await provision(self._admin_url, name, owner_password=PASSWORD, service_password=PASSWORD, database=template)
        owner_url = self.address(name, template).owner_url
        if name == CHASSIS:
            await _install_chassis(owner_url)
        else:
            await asyncio.to_thread(migrating.migrate, name, MigrationSettings(database_owner_url=SecretStr(owner_url)))
        self._templates[name] = template
        return template

    async def _administer(self, *statements: str) -> None:
        server = await asyncpg.connect(self._admin_url, timeout=10)
        try:
            for statement in statements:
                await server.execute(statement)
        finally:
            await server.close()


def upgrade(name: str, owner_url: str, revision: str) -> None:
    """Bring a database of service ``name`` as far as ``revision``."""
    configuration = migrating._configuration(name)
    configuration.attributes["settings"] = MigrationSettings(database_owner_url=SecretStr(owner_url))
    command.upgrade(configuration, revision)


async def _install_chassis(owner_url: str) -> None:
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=sa.NullPool)

    def install(connection: sa.Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        install_v1(op)
        install_audit_v1(op)
        for statement in CHASSIS_TABLES:
            op.execute(statement)
        secure(op, "notes", "organisation_id = {org}")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(install)
    finally:
        await engine.dispose()


def role_url(admin_url: str, database: str, role: str | None = None) -> str:
    """The database's address for that role; without one, for the administrator."""
    parts = urlsplit(admin_url)
    where = parts.netloc.rpartition("@")[2]
    netloc = parts.netloc if role is None else f"{role}:{PASSWORD}@{where}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))
