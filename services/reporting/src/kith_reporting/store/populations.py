"""How many there are in programmes' districts: kept as they are said, whole."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_reporting.domain.populations import Figures, Populations
from kith_reporting.tables import populations

_NEW: Final = postgresql.insert(populations)
_SAVE: Final = _NEW.on_conflict_do_update(
    index_elements=["programme_id"],
    set_={name: _NEW.excluded[name] for name in populations.c.keys() if name != "programme_id"},  # noqa: SIM118 - no dict
    where=populations.c.version == _NEW.excluded.version - 1,
).returning(populations.c.version)
_FIND: Final = sa.select(populations).where(populations.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid))


async def find_populations(tx: AsyncConnection, programme_id: UUID) -> Populations | None:
    """What is kept of the programme, if it is in sight."""
    row = (await tx.execute(_FIND, {"programme_id": programme_id})).mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    told = Figures(*(values.pop(name) for name in ("people", "source", "counted_on")))
    return Populations(**values, figures=told)


async def save_populations(tx: AsyncConnection, kept: Populations) -> bool:
    """Keep them. False, and nothing happens, where somebody else has just kept that version or a later one."""
    values = asdict(kept)
    return (await tx.execute(_SAVE, {**values, **values.pop("figures")})).one_or_none() is not None
