"""Read-only SQL for programmes' definitions, which are public in the network."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.definitions import NoDefinition
from kith_referrals.tables import programme_definitions, programmes
from kith_referrals.views.finding import Found

_ONE: Final = (
    sa.select(programme_definitions)
    .join(programmes, programmes.c.id == programme_definitions.c.programme_id)
    .where(
        programmes.c.id == sa.bindparam("programme_id", type_=sa.Uuid),
        programme_definitions.c.version
        == sa.func.coalesce(sa.bindparam("version", type_=sa.Integer), programmes.c.definition_version),
    )
)


async def get_definition(tx: AsyncConnection, programme_id: UUID, *, version: int | None) -> Found:
    """The definition in force, or the one of ``version``. Raises ``NoDefinition``."""
    row = (await tx.execute(_ONE, {"programme_id": programme_id, "version": version})).mappings().one_or_none()
    if row is None:
        raise NoDefinition
    return dict(row)
