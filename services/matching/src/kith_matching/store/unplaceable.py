"""Whom nobody could take: kept while it lasts, in a few statements however many they are."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.unplaceable import Cause, Unplaceable
from kith_matching.store.rounds import WAITS
from kith_matching.store.rows import values_of
from kith_matching.store.turns import MATCHES
from kith_matching.tables import programmes, referrals, unplaceable

_IDS: Final = sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid)))
_STILL: Final = sa.exists(
    sa.select(referrals.c.id)
    .join(programmes, programmes.c.id == referrals.c.programme_id)
    .where(referrals.c.id == unplaceable.c.referral_id, WAITS, MATCHES)
)
_SETTLED: Final = sa.delete(unplaceable).where(sa.not_(_STILL))
_PLACED: Final = sa.delete(unplaceable).where(unplaceable.c.referral_id == _IDS)
_KNOWN: Final = sa.select(unplaceable).where(unplaceable.c.programme_id == _IDS)
_LOCK: Final = (
    sa.select(referrals.c.id)
    .where(referrals.c.id == _IDS, WAITS)
    .order_by(referrals.c.id)
    .with_for_update(skip_locked=True)
)
_SAVE: Final = sa.text(
    "insert into unplaceable select * from jsonb_populate_recordset(null::unplaceable, cast(:rows as jsonb))"
    " on conflict (referral_id) do update set rules = excluded.rules, would_change = excluded.would_change,"
    " supporters = excluded.supporters, told_at = excluded.told_at, looked_at = excluded.looked_at"
)


async def forget_settled(tx: AsyncConnection) -> None:
    """Forget those who do not wait any more (proposed, matched, closed, consent withdrawn), or not to be matched."""
    await tx.execute(_SETTLED)


async def list_known(tx: AsyncConnection, programme_ids: Collection[UUID]) -> list[Unplaceable]:
    """Those of the programmes of whom it is known."""
    return [_unplaceable(row) for row in await tx.execute(_KNOWN, {"ids": list(programme_ids)})]


async def lock_waiting(tx: AsyncConnection, referral_ids: Collection[UUID]) -> set[UUID]:
    """Those of the referrals that still wait, locked. What somebody else holds now is passed over until the next time.

    Call it once in a transaction, for all at once: everybody who locks several referrals locks in order of id.
    """
    return set((await tx.execute(_LOCK, {"ids": list(referral_ids)})).scalars())


async def save(tx: AsyncConnection, found: Collection[Unplaceable], *, placed: Collection[UUID]) -> None:
    """Keep who was found, in the place of what was kept of them before, and forget those who were ``placed``."""
    if placed:
        await tx.execute(_PLACED, {"ids": list(placed)})
    if found:
        await tx.execute(_SAVE, {"rows": json.dumps([_row(one) for one in found], default=str)})


def _row(one: Unplaceable) -> dict[str, Any]:
    values = asdict(one)
    return {**values, **values.pop("cause")}


def _unplaceable(row: sa.Row[Any]) -> Unplaceable:
    values = values_of(row)
    cause = Cause(**{name: values.pop(name) for name in ("rules", "would_change", "supporters")})
    return Unplaceable(**values, cause=cause)
