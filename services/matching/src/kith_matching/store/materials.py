"""Editions of materials, and who was given which."""

from dataclasses import asdict
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.material import Giving, Material, MaterialNotFound
from kith_matching.domain.refusals import GroupNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import groups, material_givings, materials

_next: Final = materials.alias("next")
REPLACED_ON: Final = (
    sa.select(_next.c.since).where(_next.c.replaces == materials.c.id).scalar_subquery().label("replaced_on")
)
"""From when on the edition after it holds."""
_ONE_AT_A_TIME: Final = sa.text("select pg_advisory_xact_lock(hashtextextended('material ' || :of, 0))")
_LAST: Final = (
    sa.select(materials)
    .where(materials.c.programme_id == sa.bindparam("programme_id"), materials.c.code == sa.bindparam("code"))
    .order_by(materials.c.edition.desc())
    .limit(1)
)
_INSERT: Final = sa.insert(materials)
_FIND: Final = sa.select(materials, REPLACED_ON).where(materials.c.id == sa.bindparam("material_id"))
_GIVE: Final = sa.insert(material_givings)
_GROUP: Final = sa.select(groups.c.programme_id).where(groups.c.id == sa.bindparam("group_id"))


async def find_last(tx: AsyncConnection, programme_id: UUID, code: str) -> Material | None:
    """The last edition of what a programme calls so. Of two who issue the next at once, the second waits."""
    await tx.execute(_ONE_AT_A_TIME, {"of": f"{programme_id} {code}"})
    row = (await tx.execute(_LAST, {"programme_id": programme_id, "code": code})).one_or_none()
    return Material(**values_of(row)) if row is not None else None


async def insert_material(tx: AsyncConnection, material: Material) -> None:
    """Keep an edition."""
    await tx.execute(_INSERT, asdict(material))


async def get_material(tx: AsyncConnection, material_id: UUID) -> tuple[Material, date | None]:
    """The edition, and from when on the next one holds. Raises ``MaterialNotFound``."""
    row = (await tx.execute(_FIND, {"material_id": material_id})).one_or_none()
    if row is None:
        raise MaterialNotFound
    values = values_of(row)
    replaced_on = values.pop("replaced_on")
    return Material(**values), replaced_on


async def get_programme_of(tx: AsyncConnection, group_id: UUID) -> UUID:
    """Whose group it is. Raises ``GroupNotFound``."""
    found: UUID | None = await tx.scalar(_GROUP, {"group_id": group_id})
    if found is None:
        raise GroupNotFound
    return found


async def insert_giving(tx: AsyncConnection, giving: Giving) -> None:
    """Keep that somebody was given an edition."""
    await tx.execute(_GIVE, asdict(giving))
