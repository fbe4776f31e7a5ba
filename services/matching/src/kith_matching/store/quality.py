"""What was told of programmes last."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.quality import Quality
from kith_matching.store.rows import values_of
from kith_matching.tables import qualities

_TOLD: Final = sa.select(qualities)
_SAVE: Final = sa.text(
    "insert into qualities (programme_id, organisation_id, checks_current, supervision_on_time, training_held)"
    " select * from unnest(cast(:ids as uuid[]), cast(:organisations as uuid[]), cast(:checks as int[]),"
    " cast(:on_time as int[]), cast(:trained as int[]))"
    " on conflict (programme_id) do update"
    " set checks_current = excluded.checks_current, supervision_on_time = excluded.supervision_on_time,"
    " training_held = excluded.training_held"
)


async def list_told(tx: AsyncConnection) -> dict[UUID, Quality]:
    """What was told of each programme last."""
    return {row.programme_id: Quality(**values_of(row)) for row in await tx.execute(_TOLD)}


async def save_told(tx: AsyncConnection, told: Collection[Quality]) -> None:
    """Keep what was told of programmes, in the place of what was told before."""
    if told:
        rows = {
            "ids": [one.programme_id for one in told],
            "organisations": [one.organisation_id for one in told],
            "checks": [one.checks_current for one in told],
            "on_time": [one.supervision_on_time for one in told],
            "trained": [one.training_held for one in told],
        }
        await tx.execute(_SAVE, rows)
