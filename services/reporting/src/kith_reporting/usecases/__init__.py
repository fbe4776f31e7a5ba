"""What a batch of facts changes, and how a replay changes it again in the spare tables."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import erased
from kith_reporting import store
from kith_reporting.domain.batch import Batch
from kith_reporting.store import slots
from kith_reporting.tables import CLAIMS, ORGANISATIONS, PROGRAMMES, Projection, Slot


async def project(tx: AsyncConnection, batch: Batch) -> None:
    """Bring what is read up to date with a batch."""
    await _save(tx, await slots.get_live_slot(tx), batch)


async def project_aside(tx: AsyncConnection, batch: Batch) -> None:
    """Bring the spare tables up to date with a batch of a replay. Its owner sees to it that none turns them round."""
    await _save(tx, (await slots.get_live_slot(tx)).other, batch)


async def empty_aside(tx: AsyncConnection) -> None:
    """Empty the spare tables."""
    await slots.empty_spare(tx)


async def hold(tx: AsyncConnection) -> None:
    """Wait until every batch in hand is done, and let none begin until this transaction ends."""
    await slots.get_live_slot_for_update(tx)


async def turn_round(tx: AsyncConnection) -> None:
    """Read and write from now on the tables that were spare; those that were live are spare."""
    await slots.turn_to(tx, (await slots.get_live_slot_for_update(tx)).other)


async def _save(tx: AsyncConnection, slot: Slot, batch: Batch) -> None:
    """Write every story; then what sessions and messages changed on referrals, and what all of them add to totals."""
    await erased.remember(tx, batch.erased)
    counted: list[store.Counted] = []
    wholes: tuple[tuple[Projection, dict[UUID, Any]], ...] = (
        (ORGANISATIONS, batch.organisations),
        (PROGRAMMES, batch.programmes),
        (CLAIMS, batch.claims),
    )
    for projection, changes in wholes:
        if changes:
            await store.save_whole(tx, slot, projection, changes.values())
    if batch.supporters:
        counted += await store.save_supporters(tx, slot, batch.supporters.values())
    if batch.contacts:
        counted += await store.save_contacts(tx, slot, batch.contacts.values())
    if batch.sessions:
        sessions, attended = await store.save_sessions(tx, slot, batch.sessions.values())
        counted += sessions
        _tally(batch, attended)
    if batch.messages:
        _tally(batch, await store.save_messages(tx, slot, batch.messages.values()))
    await store.save_referrals(tx, slot, batch.referrals, counted)


def _tally(batch: Batch, tallied: Iterable[store.Tallied]) -> None:
    for referral_id, counts in tallied:
        batch.referral(referral_id).tally(**counts)
