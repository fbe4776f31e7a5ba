"""Connections to PostgreSQL that stay open between transactions, each with SQLAlchemy's view of it.

A pool of SQLAlchemy's keeps the driver's connection and makes its view of it anew for every transaction. That took a
seventh of the time in which an inbox settles a fact (decision 0023).
"""

import asyncio
from heapq import heappop, heappush
from itertools import count
from typing import Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WAIT: Final = 10.0
"""Seconds to wait while all connections are in use."""

_NUMBER: Final = "kith.number"


class Connections:
    """At most ``most`` connections of one engine, which keeps none itself; opened when they are first needed."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._room = asyncio.Semaphore(most)
        self._numbers = count()
        self._idle: list[tuple[int, AsyncConnection]] = []

    async def take(self) -> AsyncConnection:
        """The one opened first, for its caches are the warmest, or a new one. Those lost while idle are closed.

        The one that was used last may have been opened a moment ago: wherever two came at once, those who came after
        would wait until that connection too had planned all its statements.

        Raises ``TimeoutError`` when all are in use for ``WAIT`` seconds, and what connecting does.
        """
        if self._room.locked():
            async with asyncio.timeout(WAIT):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            while self._idle:
                _, found = heappop(self._idle)
                if not _is_lost(found):
                    return found
                await found.close()
            return await self._open()
        except BaseException:
            self._room.release()
            raise

    async def _open(self) -> AsyncConnection:
        opened = await self._engine.connect()
        opened.info[_NUMBER] = next(self._numbers)
        return opened

    async def give_back(self, taken: AsyncConnection) -> None:
        """Keep it for the next, unless it was lost. The driver's transaction has ended; SQLAlchemy's ends here."""
        try:
            if _is_lost(taken):
                await taken.close()
            else:
                if taken.in_transaction():
                    await taken.rollback()
                heappush(self._idle, (taken.info[_NUMBER], taken))
        finally:
            self._room.release()

    async def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            await self._idle.pop()[1].close()
        await self._engine.dispose()


def driver_of(tx: AsyncConnection) -> asyncpg.Connection:
    """The driver's own connection, in the midst of the same transaction.

    For what every request does: through SQLAlchemy a statement costs four times as much (measured: 75 µs, not 18).
    """
    driver = tx.sync_connection.connection.driver_connection if tx.sync_connection else None
    if not isinstance(driver, asyncpg.Connection):
        raise TypeError("This needs a transaction on asyncpg.")
    return driver


def _is_lost(connection: AsyncConnection) -> bool:
    return connection.closed or connection.invalidated or driver_of(connection).is_closed()
