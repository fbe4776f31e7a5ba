"""What programmes give, with what replaced what and since when; and who has which edition."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.store.materials import REPLACED_ON
from kith_matching.tables import material_givings, materials
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_OF_PROGRAMME: Final = audited(
    sa.select(materials, REPLACED_ON)
    .where(
        materials.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), materials.c.id > AFTER),
    )
    .order_by(materials.c.id)
    .limit(LIMIT)
)


def _given_to(column: sa.Column[Any]) -> sa.Select[Any]:
    return audited(
        sa.select(*material_givings.c, materials.c.code, materials.c.edition, REPLACED_ON)
        .join(materials, materials.c.id == material_givings.c.material_id)
        .where(
            column == sa.bindparam(column.name, type_=sa.Uuid),
            sa.or_(AFTER.is_(None), material_givings.c.id > AFTER),
        )
        .order_by(material_givings.c.id)
        .limit(LIMIT)
    )


_TO_GROUP: Final = _given_to(material_givings.c.group_id)
_TO_SUPPORTER: Final = _given_to(material_givings.c.supporter_id)


async def list_materials(
    tx: AsyncConnection, programme_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """All editions of what a programme gives, the first issued first."""
    listed = Entry("materials-listed", "programme", programme_id)
    return await get_list(tx, _OF_PROGRAMME, listed, {"after": after, "limit": limit}, now)


async def list_given_to_group(
    tx: AsyncConnection, group_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What a group was given, the first first."""
    listed = Entry("group-materials-listed", "group", group_id)
    return await get_list(tx, _TO_GROUP, listed, {"after": after, "limit": limit}, now)


async def list_given_to_supporter(
    tx: AsyncConnection, supporter_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """What a supporter was given, the first first."""
    listed = Entry("supporter-materials-listed", "supporter", supporter_id)
    return await get_list(tx, _TO_SUPPORTER, listed, {"after": after, "limit": limit}, now)
