"""What a batch of facts changes, and how a replay changes it again in the spare tables."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import erased
from kith_reporting import store
from kith_reporting.domain.batch import Batch
from kith_reporting.domain.totals import Changes, Place, Side
from kith_reporting.tables import Slot


async def project(tx: AsyncConnection, batch: Batch) -> None:
    """Bring what is read up to date with a batch."""
    await _save(tx, await store.get_live_slot(tx), batch)


async def project_aside(tx: AsyncConnection, batch: Batch) -> None:
    """Bring the spare tables up to date with a batch of a replay. Its owner sees to it that none turns them round."""
    await _save(tx, (await store.get_live_slot(tx)).other, batch)


async def empty_aside(tx: AsyncConnection) -> None:
    """Empty the spare tables."""
    await store.empty_spare(tx)


async def hold(tx: AsyncConnection) -> None:
    """Wait until every batch in hand is done, and let none begin until this transaction ends."""
    await store.get_live_slot_for_update(tx)


async def turn_round(tx: AsyncConnection) -> None:
    """Read and write from now on the tables that were spare; those that were live are spare."""
    await store.turn_to(tx, (await store.get_live_slot_for_update(tx)).other)


async def _save(tx: AsyncConnection, slot: Slot, batch: Batch) -> None:
    """Write every story, then what they changed: sessions and messages on referrals, and all of them in the totals."""
    await erased.remember(tx, batch.erased)
    changes = Changes()
    if batch.organisations:
        await store.save_organisations(tx, slot, batch.organisations.values())
    if batch.programmes:
        await store.save_programmes(tx, slot, batch.programmes.values())
    if batch.supporters:
        _count(changes, await store.save_supporters(tx, slot, batch.supporters.values()))
    if batch.contacts:
        _count(changes, await store.save_contacts(tx, slot, batch.contacts.values()))
    if batch.sessions:
        held, attended = await store.save_sessions(tx, slot, batch.sessions.values())
        _count(changes, held)
        _tally(batch, attended)
    if batch.messages:
        _tally(batch, await store.save_messages(tx, slot, batch.messages.values()))
    if batch.referrals:
        for referred in await store.save_referrals(tx, slot, batch.referrals.values()):
            changes.add_referrals(*referred[:3], referred.counts)
    await store.add_to_totals(tx, slot, changes)


def _count(changes: Changes, counted: Iterable[store.Counted]) -> None:
    for organisation_id, programme_id, counts in counted:
        changes.add(Place(organisation_id, programme_id, Side.OWNER), **counts)


def _tally(batch: Batch, tallied: Iterable[store.Tallied]) -> None:
    for referral_id, counts in tallied:
        batch.referral(referral_id).tally(**counts)
