"""Interpreters, kept as they are booked and cancelled."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.interpreting import Interpreter, InterpreterNotFound, Provider
from kith_matching.domain.referral import Channel
from kith_matching.store import cancelling
from kith_matching.store.cancelling import IDS, select_coming
from kith_matching.store.rows import values_of
from kith_matching.tables import interpreters

_INSERT: Final = sa.insert(interpreters)
_LOCK: Final = sa.select(interpreters).where(interpreters.c.id == sa.bindparam("booking_id")).with_for_update()
_COMING: Final = select_coming(interpreters).where(interpreters.c.referral_id == IDS)


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
    await cancelling.save_cancelled(tx, interpreters, cancelled)


def interpreter_of(values: dict[str, Any]) -> Interpreter:
    """The booking that a row's values are."""
    return Interpreter(**{**values, "provider": Provider(values["provider"]), "channel": Channel(values["channel"])})
