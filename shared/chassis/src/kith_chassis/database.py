"""The way into PostgreSQL: one engine a process, and transactions that say who asks."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from kith_chassis.identity import Caller
from kith_chassis.settings import DatabaseSettings, ServiceSettings

SESSION: Final = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",
}
"""What every connection asks of PostgreSQL.

A wait for a lock becomes a known fault; a stopped process loses its open transaction, so that another can take over.
"""

FAULT_STATES: Final = ("08", "53", "57P", "40001", "40P01", "55P03", "25P03", "57014")
"""Beginnings of the SQLSTATE codes (PostgreSQL manual, appendix A) that mean *try again*.

Connection lost, resources short, server stopping or starting, serialisation, deadlock, lock or statement time-out.
"""

_ASK: Final = sa.text(
    "select set_config('kith.organisation', :organisation, true), set_config('kith.scope', :scope, true)"
)
_NETWORK: Final = {"organisation": "", "scope": "network"}


Tls = ssl.SSLContext | Literal["prefer", "require"] | bool
"""How asyncpg wants to hear about TLS."""


class Database:
    """One service's own PostgreSQL database, entered as the service's own role, which owns nothing in it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """The database that the settings name. Nothing is opened before the first transaction."""
        url, tls = address(settings.database_url.get_secret_value(), settings)
        engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args={"server_settings": SESSION, "ssl": tls, "timeout": 10},
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self, caller: Caller) -> AsyncIterator[AsyncConnection]:
        """One transaction in the sight of ``caller``: committed at the end, rolled back at an exception.

        Row-level security shows the caller's organisation its rows; operators and services see the network's.
        """
        asks = {
            "organisation": str(caller.organisation_id) if caller.organisation_id else "",
            "scope": "network" if caller.network else "",
        }
        async with self._engine.begin() as tx:
            await tx.execute(_ASK, asks)
            yield tx

    @asynccontextmanager
    async def network_transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that sees every row. For the chassis alone: inbox, timers and operators' routes."""
        async with self._engine.begin() as tx:
            await tx.execute(_ASK, _NETWORK)
            yield tx

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def address(url: str, settings: DatabaseSettings) -> tuple[str, Tls]:
    """The address without its query, and what asyncpg wants to hear about TLS.

    ``prefer`` and ``require`` encrypt without checking who answers, as libpq's words of the same name do;
    ``verify-full`` checks the certificate and the host's name (PostgreSQL manual, 32.19 SSL Support).
    """
    parts = urlsplit(url)
    plain = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    match settings.database_ssl:
        case "disable":
            return plain, False
        case "verify-full":
            return plain, ssl.create_default_context(cafile=settings.database_ca_file)
        case "prefer" | "require" as mode:
            return plain, mode


def is_fault(error: BaseException | None) -> bool:
    """Whether trying the same again may help: the connection, a lock, a serialisation, a server on its way.

    Looks through what SQLAlchemy wraps around the driver's error.
    """
    while error is not None:
        if isinstance(error, OSError | TimeoutError | sa.exc.TimeoutError | asyncpg.InterfaceError):
            return True
        if isinstance(error, asyncpg.PostgresError):
            return str(error.sqlstate or "").startswith(FAULT_STATES)
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            return True
        error = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error.__cause__
    return False


def _database_of(request: Request) -> Any:
    return request.app.state.database


DatabaseDep = Annotated[Database, Depends(_database_of)]
"""The service's database, for a request."""
