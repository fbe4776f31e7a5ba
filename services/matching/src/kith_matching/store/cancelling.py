"""Visits and interpreters to come: found, locked, and kept as cancelled, many rows in a statement."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.interpreting import Interpreter
from kith_matching.domain.visit import Visit

IDS: Final = sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
_NOW: Final = sa.bindparam("now", type_=sa.DateTime(timezone=True))


def select_coming(table: sa.Table) -> sa.Select[Any]:
    """Rows that begin after ``now`` and were not cancelled, locked in order of id."""
    return (
        sa.select(table)
        .where(table.c.starts_at > _NOW, table.c.cancelled_at.is_(None))
        .order_by(table.c.id)
        .with_for_update()
    )


async def save_cancelled(tx: AsyncConnection, table: sa.Table, cancelled: Sequence[Visit | Interpreter]) -> None:
    """Keep that these do not take place."""
    if cancelled:
        rows = {
            "ids": [one.id for one in cancelled],
            "instants": [one.cancelled_at for one in cancelled],
            "versions": [one.version for one in cancelled],
        }
        await tx.execute(_save(table), rows)


def _save(table: sa.Table) -> sa.TextClause:
    return sa.text(
        f"update {table.name} set cancelled_at = now.cancelled_at, version = now.version"
        " from unnest(cast(:ids as uuid[]), cast(:instants as timestamptz[]), cast(:versions as int[]))"
        f" as now (id, cancelled_at, version) where {table.name}.id = now.id"
    )
