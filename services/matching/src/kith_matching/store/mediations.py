"""Mediations: read one, hold several, and keep what became of them in one statement.

The referrals among the parties are locked before the mediation, so that nobody closes one of them meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.mediation import (
    Mediation,
    MediationNotFound,
    MediationState,
    Outcome,
    Party,
    PartyKind,
    Voice,
)
from kith_matching.store.rows import values_of
from kith_matching.tables import mediations

_IDS: Final = sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid)))
_FIND: Final = sa.select(mediations).where(mediations.c.id == sa.bindparam("mediation_id"))
_LOCK: Final = _FIND.with_for_update()
_GOING_ON: Final = (
    sa.select(mediations)
    .where(sa.or_(mediations.c.first_id == _IDS, mediations.c.second_id == _IDS), mediations.c.ended_on.is_(None))
    .order_by(mediations.c.id)
    .with_for_update()
)
_BETWEEN: Final = sa.select(
    sa.exists(
        sa.select(mediations.c.id).where(
            mediations.c.first_id == _IDS, mediations.c.second_id == _IDS, mediations.c.ended_on.is_(None)
        )
    )
)
_DUE: Final = (
    sa.select(mediations)
    .where(
        mediations.c.state.in_([sa.literal_column("'awaiting-parties'"), sa.literal_column("'awaiting-mediator'")]),
        mediations.c.answer_by <= sa.bindparam("now"),
    )
    .order_by(mediations.c.answer_by)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_INSERT: Final = postgresql.insert(mediations)
_CHANGING: Final = (
    *("answer_by", "state", "first_agreed", "second_agreed", "declined_by", "agreed_on", "outcome"),
    *("ended_on", "version"),
)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=["id"], set_={name: _INSERT.excluded[name] for name in _CHANGING}
)


async def get_mediation(tx: AsyncConnection, mediation_id: UUID) -> Mediation:
    """The mediation as it stands. Raises ``MediationNotFound``."""
    return _one((await tx.execute(_FIND, {"mediation_id": mediation_id})).one_or_none())


async def get_mediation_for_update(tx: AsyncConnection, mediation_id: UUID) -> Mediation:
    """The mediation, locked. Raises ``MediationNotFound``."""
    return _one((await tx.execute(_LOCK, {"mediation_id": mediation_id})).one_or_none())


async def is_any_between(tx: AsyncConnection, parties: Sequence[Party]) -> bool:
    """Whether a mediation between these two waits for an answer, or is agreed and has not ended."""
    return bool((await tx.execute(_BETWEEN, {"ids": [one.id for one in parties]})).scalar_one())


async def list_going_on_for_update(tx: AsyncConnection, referral_ids: Collection[UUID]) -> list[Mediation]:
    """The mediations of these referrals, which are locked, that have not ended; locked."""
    if not referral_ids:
        return []
    return [_mediation(row) for row in await tx.execute(_GOING_ON, {"ids": list(referral_ids)})]


async def list_due_for_update(tx: AsyncConnection, *, limit: int, now: datetime) -> list[Mediation]:
    """Open mediations whose time to answer has run out, the longest first, locked. What is held is found next time."""
    return [_mediation(row) for row in await tx.execute(_DUE, {"limit": limit, "now": now})]


async def save_mediations(tx: AsyncConnection, changed: Sequence[Mediation]) -> None:
    """Keep new mediations, and what became of others."""
    if changed:
        await tx.execute(_SAVE, [_values(one) for one in changed])


def _values(mediation: Mediation) -> dict[str, Any]:
    values = asdict(mediation)
    for side in ("first", "second"):
        party = values.pop(side)
        values |= {f"{side}_kind": party["kind"], f"{side}_id": party["id"]}
    return values


def _one(row: sa.Row[Any] | None) -> Mediation:
    if row is None:
        raise MediationNotFound
    return _mediation(row)


def _mediation(row: sa.Row[Any]) -> Mediation:
    values = values_of(row)
    first, second = (
        Party(PartyKind(values.pop(f"{side}_kind")), values.pop(f"{side}_id")) for side in ("first", "second")
    )
    declined_by, outcome = values.pop("declined_by"), values.pop("outcome")
    return Mediation(
        **{**values, "state": MediationState(values["state"])},
        first=first,
        second=second,
        declined_by=Voice(declined_by) if declined_by else None,
        outcome=Outcome(outcome) if outcome else None,
    )
