"""Brings a service's database to the shape its code expects, as the owner; and tells a service whether it is there.

Migrations run before the new code does and under the old code: expand first, contract in a later release.
"""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Final

import asyncpg
import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from kith_chassis.database import address
from kith_chassis.settings import MigrationSettings

_LIMITS: Final = {"lock_timeout": "4s", "statement_timeout": "60s", "timezone": "UTC"}
_REVISION: Final = sa.text("select version_num from alembic_version")


def _configuration(name: str) -> Config:
    package = import_module(f"kith_{name}")
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(str(package.__file__)).parent / "migrations"))
    return configuration


def migrate(name: str, settings: MigrationSettings) -> None:
    """Bring the database of service ``name`` to its newest revision, as the owning role."""
    configuration = _configuration(name)
    configuration.attributes["settings"] = settings
    command.upgrade(configuration, "head")


async def found_revision(tx: AsyncConnection) -> str | None:
    """The revision the database has; None where no migration has run."""
    try:
        return str((await tx.execute(_REVISION)).scalar_one_or_none())
    except sa.exc.ProgrammingError as error:
        if isinstance(error.orig and error.orig.__cause__, asyncpg.UndefinedTableError):
            return None
        raise


def run_migrations() -> None:
    """What every service's ``migrations/env.py`` calls: all pending migrations, in one transaction."""
    asyncio.run(_run(context.config.attributes["settings"]))


async def _run(settings: MigrationSettings) -> None:
    url, tls = address(settings.database_owner_url.get_secret_value(), settings)
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=sa.NullPool,
        connect_args={"server_settings": _LIMITS, "ssl": tls, "timeout": 10},
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('kith.migrate'))"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


class Schema:
    """The revisions that the code of service ``name`` knows, read from its migrations once."""

    def __init__(self, name: str) -> None:
        script = ScriptDirectory.from_config(_configuration(name))
        self._head = script.get_current_head()
        self._known = frozenset(step.revision for step in script.walk_revisions())

    def is_behind(self, found: str | None) -> bool:
        """Whether a database at revision ``found`` lacks a migration that this code needs.

        A database ahead of the code is fine: expand first, contract later, so old code runs on the new shape.
        """
        return found is None or (found in self._known and found != self._head)
