"""Proposals: read one, hold several, and keep what became of them, however many, in one statement."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.proposal import Points, Proposal, ProposalState
from kith_matching.domain.refusals import ProposalNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import proposals, referrals

_INSERT: Final = sa.insert(proposals)
_FIND: Final = sa.select(proposals).where(proposals.c.id == sa.bindparam("proposal_id"))
_LOCK: Final = _FIND.with_for_update()
_OPEN: Final = (
    sa.select(proposals)
    .where(proposals.c.referral_id == sa.any_(sa.bindparam("ids")), proposals.c.ended_at.is_(None))
    .order_by(proposals.c.referral_id)
    .with_for_update()
)
_ANY_OPEN: Final = sa.select(
    sa.exists(
        sa.select(proposals.c.id).where(
            proposals.c.referral_id == sa.bindparam("referral_id"), proposals.c.ended_at.is_(None)
        )
    )
)
_DUE: Final = (
    sa.select(proposals)
    .join(referrals, referrals.c.id == proposals.c.referral_id)
    .where(proposals.c.ended_at.is_(None), proposals.c.answer_by <= sa.bindparam("now"))
    .order_by(proposals.c.answer_by)
    .limit(sa.bindparam("limit"))
    .with_for_update(of=[referrals, proposals], skip_locked=True)
)
_SAVE: Final = sa.text(
    "update proposals set state = now.state, answer_by = now.answer_by, ended_at = now.ended_at, version = now.version,"
    " reason = now.reason, again_from = now.again_from"
    " from unnest(cast(:ids as uuid[]), cast(:states as text[]), cast(:answer_by as timestamptz[]),"
    " cast(:ended_at as timestamptz[]), cast(:versions as int[]), cast(:reasons as text[]),"
    " cast(:again_from as date[])) as now (id, state, answer_by, ended_at, version, reason, again_from)"
    " where proposals.id = now.id"
)


async def insert_proposal(tx: AsyncConnection, proposal: Proposal) -> None:
    """Keep a new proposal."""
    await tx.execute(_INSERT, asdict(proposal))


async def get_proposal(tx: AsyncConnection, proposal_id: UUID) -> Proposal:
    """The proposal as it stands. Raises ``ProposalNotFound``."""
    return _one((await tx.execute(_FIND, {"proposal_id": proposal_id})).one_or_none())


async def get_proposal_for_update(tx: AsyncConnection, proposal_id: UUID) -> Proposal:
    """The proposal, locked; its referral is locked before. Raises ``ProposalNotFound``."""
    return _one((await tx.execute(_LOCK, {"proposal_id": proposal_id})).one_or_none())


async def is_any_open(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Whether a proposal for this referral waits for an answer."""
    return bool((await tx.execute(_ANY_OPEN, {"referral_id": referral_id})).scalar_one())


async def list_open_for_update(tx: AsyncConnection, referral_ids: Collection[UUID]) -> list[Proposal]:
    """The open proposals of these referrals, locked: at most one each. The referrals are locked before."""
    if not referral_ids:
        return []
    return [_proposal(row) for row in await tx.execute(_OPEN, {"ids": list(referral_ids)})]


async def list_due_for_update(tx: AsyncConnection, *, limit: int, now: datetime) -> list[Proposal]:
    """Open proposals whose time to answer has run out, the longest first, locked with their referrals.

    What somebody else holds at this moment is passed over and found the next time: nobody waits for a clock.
    """
    return [_proposal(row) for row in await tx.execute(_DUE, {"limit": limit, "now": now})]


async def save_proposals(tx: AsyncConnection, changed: Sequence[Proposal]) -> None:
    """Keep what became of proposals."""
    if changed:
        rows = {
            "ids": [one.id for one in changed],
            "states": [one.state for one in changed],
            "answer_by": [one.answer_by for one in changed],
            "ended_at": [one.ended_at for one in changed],
            "versions": [one.version for one in changed],
            "reasons": [one.reason for one in changed],
            "again_from": [one.again_from for one in changed],
        }
        await tx.execute(_SAVE, rows)


def _one(row: sa.Row[Any] | None) -> Proposal:
    if row is None:
        raise ProposalNotFound
    return _proposal(row)


def _proposal(row: sa.Row[Any]) -> Proposal:
    values = values_of(row)
    parts = tuple(Points(**part) for part in values.pop("parts"))
    return Proposal(**{**values, "parts": parts, "state": ProposalState(values["state"])})
