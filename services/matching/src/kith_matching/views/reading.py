"""How the API's lists and single things are read: in one round trip, which puts the reading on the record too."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited, noted
from kith_matching.store.rows import values_of

Found = dict[str, Any]

ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
TODAY: Final = sa.bindparam("today", type_=sa.Date)
NOW: Final = sa.bindparam("now", type_=sa.DateTime(timezone=True))
AFTER: Final = sa.bindparam("after", type_=sa.Uuid)
LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)


def paged(table: sa.Table, shown: sa.Select[Any] | None = None) -> sa.Select[Any]:
    """A page of the organisation's rows of a table, in order of id; with all that is ``shown``, where that is more."""
    return audited(
        (sa.select(table) if shown is None else shown)
        .where(table.c.organisation_id == ORGANISATION, sa.or_(AFTER.is_(None), table.c.id > AFTER))
        .order_by(table.c.id)
        .limit(LIMIT)
    )


async def get_list(
    tx: AsyncConnection,
    statement: sa.Select[Any],
    listed: Entry,
    page: dict[str, UUID | int | str | None],
    now: datetime,
) -> list[Found]:
    """The rows of a page of what the entry is about: an organisation, or something of its."""
    asked = {f"{listed.about_kind}_id": listed.about_id, **page, **noted(tx, listed, now=now)}
    return [values_of(row) for row in await tx.execute(statement, asked)]


async def get_one(
    tx: AsyncConnection, statement: sa.Select[Any], read: Entry, missing: type[Exception], now: datetime
) -> Found:
    """The one row that the entry is about. Raises ``missing``, and then nothing is recorded."""
    row = (await tx.execute(statement, {"id": read.about_id, **noted(tx, read, now=now)})).one_or_none()
    if row is None:
        raise missing
    return values_of(row)
