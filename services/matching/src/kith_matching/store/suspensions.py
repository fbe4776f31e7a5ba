"""Suspensions, and what is open with a supporter who is suspended."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.suspension import Outcome, Suspension, SuspensionNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import matches, proposals, supporter_suspensions

_THEIRS: Final = sa.bindparam("supporter_id", type_=sa.Uuid)
_INSERT: Final = sa.insert(supporter_suspensions)
_SAVE: Final = sa.update(supporter_suspensions).where(supporter_suspensions.c.id == sa.bindparam("suspension_id"))
_LAST: Final = (
    sa.select(supporter_suspensions)
    .where(supporter_suspensions.c.supporter_id == _THEIRS)
    .order_by(supporter_suspensions.c.id.desc())
    .limit(1)
)
_PROPOSED: Final = sa.select(proposals.c.referral_id).where(
    proposals.c.supporter_id == _THEIRS, proposals.c.ended_at.is_(None)
)
_MATCHED: Final = (
    sa.select(matches.c.id)
    .where(matches.c.supporter_id == _THEIRS, matches.c.ended_on.is_(None))
    .order_by(matches.c.id)
)


async def find_last_suspension(tx: AsyncConnection, supporter_id: UUID) -> Suspension | None:
    """The supporter's last suspension, running or lifted. It changes only while the supporter is locked."""
    row = (await tx.execute(_LAST, {"supporter_id": supporter_id})).one_or_none()
    return None if row is None else _suspension(row)


async def get_last_suspension(tx: AsyncConnection, supporter_id: UUID) -> Suspension:
    """The same. Raises ``SuspensionNotFound``."""
    found = await find_last_suspension(tx, supporter_id)
    if found is None:
        raise SuspensionNotFound
    return found


async def insert_suspension(tx: AsyncConnection, suspension: Suspension) -> None:
    """Keep a new suspension."""
    await tx.execute(_INSERT, asdict(suspension))


async def save_suspension(tx: AsyncConnection, suspension: Suspension) -> None:
    """Keep a suspension as it is now."""
    values = asdict(suspension)
    await tx.execute(_SAVE, {"suspension_id": values.pop("id"), **values})


async def list_proposed_referrals(tx: AsyncConnection, supporter_id: UUID) -> list[UUID]:
    """The referrals for which the supporter is proposed and an answer is awaited."""
    return list((await tx.execute(_PROPOSED, {"supporter_id": supporter_id})).scalars())


async def list_running_matches(tx: AsyncConnection, supporter_id: UUID) -> list[UUID]:
    """The supporter's running matches, the first made first."""
    return list((await tx.execute(_MATCHED, {"supporter_id": supporter_id})).scalars())


def _suspension(row: sa.Row[Any]) -> Suspension:
    values = values_of(row)
    outcome = values.pop("outcome")
    before = SupporterState(values.pop("before"))
    return Suspension(**values, before=before, outcome=Outcome(outcome) if outcome else None)
