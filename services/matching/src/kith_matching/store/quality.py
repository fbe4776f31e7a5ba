"""What was told of programmes last."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.quality import Quality
from kith_matching.tables import qualities

_TOLD: Final = sa.select(qualities.c.programme_id, qualities.c.checks_current)
_SAVE: Final = sa.text(
    "insert into qualities (programme_id, organisation_id, checks_current)"
    " select * from unnest(cast(:ids as uuid[]), cast(:organisations as uuid[]), cast(:checks as int[]))"
    " on conflict (programme_id) do update set checks_current = excluded.checks_current"
)


async def list_told(tx: AsyncConnection) -> dict[UUID, int | None]:
    """What was told of each programme last."""
    return {row.programme_id: row.checks_current for row in await tx.execute(_TOLD)}


async def save_told(tx: AsyncConnection, told: Collection[Quality]) -> None:
    """Keep what was told of programmes, in the place of what was told before."""
    if told:
        rows = {
            "ids": [one.programme_id for one in told],
            "organisations": [one.organisation_id for one in told],
            "checks": [one.checks_current for one in told],
        }
        await tx.execute(_SAVE, rows)
