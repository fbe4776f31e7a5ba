"""What humans do with people's records: compare, join, take apart, restrict, and record a death."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals.domain import lifecycle, records
from kith_referrals.domain.likeness import SUREST_FIRST, Likeness, likeness
from kith_referrals.domain.records import Author, Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.steps import Actor
from kith_referrals.store import people as store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.usecases.moving import save_moves

Alike = tuple[Record, Likeness]


async def read_likenesses(
    tx: AsyncConnection, person_id: UUID, *, reason: str | None, by: Author
) -> tuple[Record, list[Alike]]:
    """The record that is shown for the person, and those of people who may be the same one, the surest first.

    Whom the asking organisation may not see is not among them, and neither is a pair that a human has kept apart.
    Raises ``NotFound``, ``PersonErased``, or ``RecordRestricted`` where one is restricted and no reason is given.
    """
    record = await store.get_record(tx, (await store.get_record(tx, person_id)).shown_id)
    records.check_not_erased(record)
    traits = record.person.traits
    found = [
        (other, how)
        for other in await store.list_alike(tx, record.person.id, traits)
        if other.merged_into is None and (how := likeness(traits, other.person.traits)) is not None
    ]
    await audit.record(tx, Entry("likenesses-listed", "person", person_id), now=by.at)
    for one in (record, *(other for other, _ in found)):
        await note_read(tx, one.person.id, restricted=one.needs_reason, reason=reason, by=by)
    return record, sorted(found, key=lambda alike: (SUREST_FIRST.index(alike[1]), alike[0].person.id))


async def note_read(tx: AsyncConnection, person_id: UUID, *, restricted: bool, reason: str | None, by: Author) -> None:
    """Let a record be read; if it is restricted only with a reason, which is kept. Raises ``RecordRestricted``."""
    records.check_readable(restricted=restricted, reason=reason)
    if restricted and reason is not None:
        await store.add_read(tx, person_id, by, reason=reason)


async def merge_people(
    tx: AsyncConnection, person_id: UUID, *, into_id: UUID, reason: str, version: int, by: Author
) -> Record:
    """Join two records of one person. Raises what ``records.merge`` and loading do."""
    found = {one.person.id: one for one in await store.list_records_for_update(tx, {person_id, into_id})}
    if person_id not in found or into_id not in found:
        raise NotFound
    record = store.check_record(found[person_id], version)
    merged, decision = records.merge(record, found[into_id], by=by.organisation_id, reason=reason)
    await store.save_merge(tx, merged)
    await store.add_decisions(tx, [decision], by)
    return merged


async def unmerge_people(tx: AsyncConnection, person_id: UUID, *, reason: str, version: int, by: Author) -> Record:
    """Take two records apart again. Raises what ``records.unmerge`` and loading do."""
    record = await store.get_record_for_update(tx, person_id, version=version)
    apart, decision = records.unmerge(record, by=by.organisation_id, reason=reason)
    await store.save_merge(tx, apart)
    await store.add_decisions(tx, [decision], by)
    return apart


async def keep_apart(tx: AsyncConnection, person_id: UUID, *, other_id: UUID, reason: str, by: Author) -> None:
    """Record that two records are of two people. Raises what ``records.keep_apart`` and loading do."""
    one, other = await store.get_record(tx, person_id), await store.get_record(tx, other_id)
    await store.add_decisions(tx, [records.keep_apart(one, other, reason=reason)], by)


async def restrict_person(
    tx: AsyncConnection, person_id: UUID, *, restricted: bool, reason: str, version: int, by: Author
) -> Record:
    """Let the record be read with a reason only, or freely again. Raises ``NotFound`` or ``StaleVersion``."""
    record = await store.get_record_for_update(tx, person_id, version=version)
    changed, decision = records.restrict(record, restricted=restricted, reason=reason)
    if decision is not None:
        await store.save_record(tx, changed)
        await store.add_decisions(tx, [decision], by)
    return changed


async def record_death(
    tx: AsyncConnection, person_id: UUID, *, died_on: date, version: int, by: Author
) -> tuple[Record, list[Referral]]:
    """Record the death on every record of the person, and close what is open, as far as the organisation sees it.

    One action that stops everything: whoever hears that a referral was closed because the person died asks nobody
    else. Raises what ``records.die`` and loading do.
    """
    today = clock.today(by.at)
    joined = await store.list_joined_for_update(tx, person_id)
    record = store.check_record(next((one for one in joined if one.person.id == person_id), None), version)
    died, decision = records.die(record, died_on, today)
    others = [records.die(one, died_on, today) for one in joined if one != record and one.died_on is None]
    for one, _ in ((died, decision), *others):
        await store.save_record(tx, one)
    await store.add_decisions(tx, [decision, *(one for _, one in others)], by)
    ids = await referrals_store.list_ids_of_people(tx, [one.person.id for one in joined])
    referrals = await referrals_store.list_referrals_for_update(tx, ids)
    actor = Actor(by.organisation_id, by.subject)
    moves = [lifecycle.close(referral, actor, "died", by.at) for referral in referrals if referral.closed_at is None]
    await save_moves(tx, moves, now=by.at)
    return died, [move.referral for move in moves]
