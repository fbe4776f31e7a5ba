"""Core statements for what every request does: compiled once at import, run on the driver's own connection."""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.dialects.postgresql import asyncpg as driver
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.connections import driver_of


def as_json(value: Any) -> str:
    """What PostgreSQL is given as JSON: ids, dates and times (ISO 8601) and enumerations too, as text."""
    return to_json(value).decode()


_DIALECT: Final = driver.dialect(json_serializer=as_json)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it none


class Compiled:
    """A statement as PostgreSQL hears it, for a quarter of what it costs through SQLAlchemy (see ``driver_of``).

    Values are bound by name, as their parameters' types have it. Rows and errors are the driver's own
    (``asyncpg.Record``, ``asyncpg.PostgresError``).
    """

    def __init__(self, statement: sa.ClauseElement) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._usual = compiled.params
        self._binders = [
            (name, compiled.binds[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
            for name in compiled.positiontup or ()
        ]

    async def rows(self, tx: AsyncConnection, values: Mapping[str, Any]) -> list[asyncpg.Record]:
        """Run it with these values in the transaction."""
        named = {**self._usual, **values}
        bound = [bind(named[name]) if bind else named[name] for name, bind in self._binders]
        rows: list[asyncpg.Record] = await driver_of(tx).fetch(self._text, *bound)
        return rows
