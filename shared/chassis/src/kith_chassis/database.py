"""The way into PostgreSQL: one engine a process, and transactions that say who asks."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from kith_chassis.compiled import as_json
from kith_chassis.connections import Connections, driver_of
from kith_chassis.identity import Caller
from kith_chassis.sealing import Sealer, read_keys
from kith_chassis.settings import DatabaseSettings, ServiceSettings

SESSION: Final = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "transaction_timeout": "60s",
    "timezone": "UTC",
    "jit": "off",
}
"""What every connection asks of PostgreSQL.

A wait for a lock becomes a known fault; a stopped process loses its open transaction, so that another can take over.
The second limit is for a process that stopped between preparing a statement and running it: to PostgreSQL that is not
idle (seen with asyncpg, which ends a prepare with Flush and not with Sync), and only ``transaction_timeout`` ends it.
"""

_LOST: Final = (OSError, TimeoutError, sa.exc.TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What says that the connection is gone. The last comes between the server's last word and its end."""

FAULT_STATES: Final = ("08", "53", "57P", "40001", "40P01", "55P03", "25P03", "25P04", "57014")
"""Beginnings of the SQLSTATE codes (PostgreSQL manual, appendix A) that mean *try again*.

Connection lost, resources short, server stopping or starting, serialisation, deadlock, lock or statement time-out.
"""

_BEGIN: Final = "begin; set local kith.organisation = '{organisation}'; set local kith.scope = '{scope}'"
_ALONE: Final = "; select where pg_try_advisory_xact_lock({lock})"
_NO_ROW: Final = "SELECT 0"
"""What PostgreSQL says of a query that gave no row (PostgreSQL manual, Message Formats: CommandComplete)."""
_NETWORK: Final = "network"
_CALLER: Final = "kith.caller"
_SEALER: Final = "kith.sealer"


Tls = ssl.SSLContext | Literal["prefer", "require"] | bool
"""How asyncpg wants to hear about TLS."""


class NotCommittedError(Exception):
    """A statement had failed, somebody went on all the same, and PostgreSQL answered the commit with a rollback."""


class LockTaken(Exception):  # noqa: N818 - no error: somebody else is at the same
    """Another transaction holds the lock that was asked for."""


class Database:
    """One service's own PostgreSQL database, entered as the service's own role, which owns nothing in it.

    ``AUTOCOMMIT`` leaves begin and commit to ``_begun``, which saves each transaction a round trip and half its cost.
    """

    def __init__(self, connections: Connections, sealer: Sealer | None = None) -> None:
        self._connections = connections
        self._sealer = sealer

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """The database that the settings name. Nothing is opened before the first transaction."""
        url, tls = address(settings.database_url.get_secret_value(), settings)
        engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.NullPool,
            json_serializer=as_json,
            connect_args={"server_settings": SESSION, "ssl": tls, "timeout": 10},
        )
        sa.event.listen(engine.sync_engine, "rollback", _end_by("rollback"))
        sa.event.listen(engine.sync_engine, "commit", _end_by("commit"))
        keys = settings.sealing_keys
        sealer = Sealer(read_keys(keys.get_secret_value())) if keys else None
        return cls(Connections(engine, settings.database_pool_size), sealer)

    def transaction(self, caller: Caller, *, lock: int | None = None) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction in the sight of ``caller``: committed at the end, rolled back at an exception.

        With ``lock`` (64 bits, signed) it is the only one that has that number, or raises ``LockTaken`` at once.
        Row-level security shows the caller's organisation its rows; operators and services see the network's.
        """
        organisation = caller.organisation_id.hex if caller.organisation_id else ""
        return self._begun(organisation, _NETWORK if caller.network else "", caller, lock)

    def network_transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction that sees every row. For the chassis alone: inbox, timers and operators' routes."""
        return self._begun("", _NETWORK, None)

    @asynccontextmanager
    async def _begun(
        self, organisation: str, scope: str, caller: Caller | None, lock: int | None = None
    ) -> AsyncIterator[AsyncConnection]:
        tx = await self._connections.take()
        driver = driver_of(tx)
        tx.info[_CALLER] = caller
        tx.info[_SEALER] = self._sealer
        try:
            await _begin(driver, _BEGIN.format(organisation=organisation, scope=scope), lock)
            yield tx
            await _commit(driver)
        except BaseException:
            await _roll_back(driver)
            raise
        finally:
            await self._connections.give_back(tx)

    async def close(self) -> None:
        """Give every connection back."""
        await self._connections.close()


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


def asked_by(tx: AsyncConnection) -> Caller | None:
    """Who asked for this transaction; None where nobody did: facts that came, and moments that fell due."""
    caller: Caller | None = tx.info[_CALLER]
    return caller


def sealer_of(tx: AsyncConnection) -> Sealer:
    """What seals and opens texts that are kept in this transaction. Its keys come from the settings, never from here.

    Raises ``TypeError`` in a service that was given none: one that seals refuses to start without.
    """
    sealer: Sealer | None = tx.info[_SEALER]
    if sealer is None:
        raise TypeError("This needs KITH_SEALING_KEYS.")
    return sealer


async def _begin(driver: asyncpg.Connection, words: str, lock: int | None) -> None:
    if await driver.execute(words if lock is None else words + _ALONE.format(lock=lock)) == _NO_ROW:
        raise LockTaken


async def _commit(driver: asyncpg.Connection) -> None:
    if await driver.execute("commit") != "COMMIT":
        raise NotCommittedError


async def _roll_back(driver: asyncpg.Connection) -> None:
    """End the transaction; if that fails end the connection: nobody may be given one in the midst of a transaction."""
    ended = False
    try:
        await driver.execute("rollback")
        ended = True
    except (asyncpg.PostgresError, *_LOST):
        pass  # what led here is what is told
    finally:
        if not ended:
            driver.terminate()


def _end_by(word: str) -> Callable[[sa.Connection], None]:
    """What makes ``tx.rollback()`` and ``tx.commit()`` true, for a driver whose transaction SQLAlchemy does not see."""

    def end(connection: sa.Connection) -> None:
        if connection.invalidated:
            return
        adapted: Any = connection.connection.dbapi_connection
        if not adapted.driver_connection.is_closed() and adapted.driver_connection.is_in_transaction():
            adapted.run_async(lambda driver: driver.execute(word))

    return end


def is_fault(error: BaseException | None) -> bool:
    """Whether trying the same again may help: the connection, a lock, a serialisation, a server on its way.

    Looks through what SQLAlchemy wraps around the driver's error.
    """
    while error is not None:
        if isinstance(error, _LOST):
            return True
        if isinstance(error, asyncpg.PostgresError):
            return str(error.sqlstate or "").startswith(FAULT_STATES)
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            return True
        error = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error.__cause__
    return False


async def _database_of(request: Request) -> Any:
    return request.app.state.database


DatabaseDep = Annotated[Database, Depends(_database_of)]
"""The service's database, for a request."""
