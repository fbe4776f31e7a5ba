"""Interpreters, kept as they are booked and cancelled."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.interpreting import Interpreter, InterpreterNotFound, Provider
from kith_matching.domain.referral import Channel
from kith_matching.store.rows import values_of
from kith_matching.tables import interpreters

_INSERT: Final = sa.insert(interpreters)
_LOCK: Final = sa.select(interpreters).where(interpreters.c.id == sa.bindparam("booking_id")).with_for_update()
_COMING: Final = (
    sa.select(interpreters)
    .where(
        interpreters.c.referral_id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))),
        interpreters.c.starts_at > sa.bindparam("now", type_=sa.DateTime(timezone=True)),
        interpreters.c.cancelled_at.is_(None),
    )
    .order_by(interpreters.c.id)
    .with_for_update()
)
_SAVE: Final = sa.text(
    "update interpreters set cancelled_at = now.cancelled_at, version = now.version"
    " from unnest(cast(:ids as uuid[]), cast(:instants as timestamptz[]), cast(:versions as int[]))"
    " as now (id, cancelled_at, version) where interpreters.id = now.id"
)


async def insert_interpreter(tx: AsyncConnection, booking: Interpreter) -> None:
    """Keep a booking."""
    await tx.execute(_INSERT, asdict(booking))


async def get_interpreter_for_update(tx: AsyncConnection, booking_id: UUID) -> Interpreter:
    """The booking, locked. Raises ``InterpreterNotFound``."""
    row = (await tx.execute(_LOCK, {"booking_id": booking_id})).one_or_none()
    if row is None:
        raise InterpreterNotFound
    return interpreter_of(values_of(row))


async def list_coming_for_update(
    tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime
) -> list[Interpreter]:
    """The bookings to come for these referrals, which are locked: not begun and not cancelled. Locked."""
    if not referral_ids:
        return []
    rows = await tx.execute(_COMING, {"ids": list(referral_ids), "now": now})
    return [interpreter_of(values_of(row)) for row in rows]


async def save_cancelled(tx: AsyncConnection, cancelled: Sequence[Interpreter]) -> None:
    """Keep that these need not come."""
    if cancelled:
        rows = {
            "ids": [one.id for one in cancelled],
            "instants": [one.cancelled_at for one in cancelled],
            "versions": [one.version for one in cancelled],
        }
        await tx.execute(_SAVE, rows)


def interpreter_of(values: dict[str, Any]) -> Interpreter:
    """The booking that a row's values are."""
    return Interpreter(**{**values, "provider": Provider(values["provider"]), "channel": Channel(values["channel"])})
