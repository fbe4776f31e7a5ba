"""Programmes' definitions: every version that was ever applied."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.definitions import Defined
from kith_referrals.tables import programme_definitions as definitions

_LATEST: Final = (
    sa.select(definitions.c.version, definitions.c.document, definitions.c.approvals)
    .where(definitions.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid))
    .order_by(definitions.c.version.desc())
    .limit(1)
)
_KEEP: Final = sa.insert(definitions)


async def find_latest(tx: AsyncConnection, programme_id: UUID) -> Defined | None:
    """The version that was applied last, whether it is in force or was taken off. The programme is locked before."""
    row = (await tx.execute(_LATEST, {"programme_id": programme_id})).one_or_none()
    return Defined(row.version, row.document, row.approvals) if row else None


async def keep(tx: AsyncConnection, programme_id: UUID, defined: Defined, *, now: datetime) -> None:
    """Keep a new version, applied ``now`` (UTC)."""
    values = {"version": defined.version, "document": defined.document, "approvals": defined.approvals}
    await tx.execute(_KEEP, {"programme_id": programme_id, "applied_at": now, **values})
