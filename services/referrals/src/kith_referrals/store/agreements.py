"""Sharing agreements: found, locked and saved."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version
from kith_referrals.domain.agreement import Agreement, Level
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import sharing_agreements

_LOCKED: Final = (
    sa.select(sharing_agreements)
    .where(sharing_agreements.c.id == sa.bindparam("id", type_=sa.Uuid))
    .with_for_update(key_share=True)
)
_OPEN: Final = (
    sa.select(sharing_agreements)
    .where(sharing_agreements.c.sharer_id == sa.bindparam("sharer_id", type_=sa.Uuid))
    .where(sharing_agreements.c.ended_at.is_(None))
)
_WITH: Final = (
    sa.select(sharing_agreements)
    .where(
        sa.bindparam("organisation_id", type_=sa.Uuid).in_(
            (sharing_agreements.c.sharer_id, sharing_agreements.c.receiver_id)
        )
    )
    .where(sharing_agreements.c.ended_at.is_(None))
    .order_by(sharing_agreements.c.id)
    .with_for_update(key_share=True)
)
_insert: Final = postgresql.insert(sharing_agreements)
_SAVE: Final = _insert.on_conflict_do_update(
    index_elements=[sharing_agreements.c.id],
    set_={column.name: _insert.excluded[column.name] for column in sharing_agreements.columns if column.name != "id"},
)


async def find_agreement_for_update(tx: AsyncConnection, agreement_id: UUID) -> Agreement | None:
    """The agreement, so that nobody else changes it meanwhile; or None."""
    row = (await tx.execute(_LOCKED, {"id": agreement_id})).mappings().one_or_none()
    return None if row is None else agreement_of(row)


async def get_agreement_for_update(tx: AsyncConnection, agreement_id: UUID, *, version: int) -> Agreement:
    """The agreement, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    found = await find_agreement_for_update(tx, agreement_id)
    if found is None:
        raise NotFound
    check_version(found.version, version, "agreement")
    return found


async def list_agreements_of(tx: AsyncConnection, sharer_id: UUID) -> Sequence[Agreement]:
    """The agreements under which an organisation shares that nobody has ended: a handful."""
    return [agreement_of(row) for row in (await tx.execute(_OPEN, {"sharer_id": sharer_id})).mappings()]


async def list_agreements_with_for_update(tx: AsyncConnection, organisation_id: UUID) -> list[Agreement]:
    """The agreements of which an organisation is a side and that nobody has ended, locked in order of id: a handful."""
    return [agreement_of(row) for row in (await tx.execute(_WITH, {"organisation_id": organisation_id})).mappings()]


async def save_agreement(tx: AsyncConnection, *agreements: Agreement) -> None:
    """Keep agreements as they now are."""
    await tx.execute(_SAVE, [asdict(agreement) for agreement in agreements])


def agreement_of(row: Mapping[Any, Any]) -> Agreement:
    """The agreement that a row holds."""
    lists = {name: tuple(row[name]) for name in ("programme_ids", "purposes")}
    return Agreement(**{**row, **lists, "level": Level(row["level"])})
