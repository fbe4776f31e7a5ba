"""Erasure and legal hold: asked for, taken back, and done, of all records of one person together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_referrals import outgoing
from kith_referrals.domain import retention, rights
from kith_referrals.domain.erasure import Basis, Rule
from kith_referrals.domain.records import Author, Record
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.retention import Life
from kith_referrals.domain.rights import Decided
from kith_referrals.domain.telling import Gone
from kith_referrals.store import erasing as store
from kith_referrals.store import people as people_store
from kith_referrals.store import referrals as referrals_store
from kith_referrals.store import retention as retention_store

MOST: Final = 100
"""People at one turn; the next turn goes on."""


async def ask_for_erasure(
    tx: AsyncConnection, person_id: UUID, *, rule: Rule, basis: Basis | None, version: int, by: Author
) -> Record:
    """Decide that the person is erased. It is done when the time to take it back is over.

    Raises what ``rights.decide_erasure`` and loading do.
    """
    joined = await _joined_for_update(tx, person_id, version)
    ids = await referrals_store.list_ids_of_people(tx, [one.person.id for one in joined])
    theirs = await referrals_store.list_referrals_for_update(tx, ids)
    still_open = [referral.id for referral in theirs if referral.closed_at is None]
    schedule = await retention_store.list_rules(tx)
    kept = retention.required(schedule, _life(joined, theirs), clock.today(by.at)) if theirs else None
    decided = rights.decide_erasure(joined, rule, basis, still_open=still_open, kept=kept, by=by)
    return await _save(tx, person_id, decided, by)


async def take_erasure_back(tx: AsyncConnection, person_id: UUID, *, version: int, by: Author) -> Record:
    """Leave the person as they were before somebody asked. Raises what ``rights.take_back`` and loading do."""
    joined = await _joined_for_update(tx, person_id, version)
    return await _save(tx, person_id, rights.take_back(joined, by=by), by)


async def hold(tx: AsyncConnection, person_id: UUID, *, held: bool, reason: str, version: int, by: Author) -> Record:
    """Put the person's records under a legal hold, or lift it. Raises what ``rights.hold`` and loading do."""
    joined = await _joined_for_update(tx, person_id, version)
    decided = rights.hold(joined, held=held, reason=reason, by=by)
    if not decided:
        return _own(joined, person_id)
    return await _save(tx, person_id, decided, by)


async def erase_people(tx: AsyncConnection, now: datetime, *, wait: timedelta) -> None:
    """Erase everybody of whom that was decided so long ago, and tell it: but whom a hold keeps, or an open referral.

    The keys of every reason that somebody wrote about them are destroyed with them.
    """
    due = await store.list_due_for_update(tx, decided_by=now - wait, limit=MOST)
    if not due:
        return
    referrals = await referrals_store.list_referrals_for_update(tx, await referrals_store.list_ids_of_people(tx, due))
    busy = {referral.person_id for referral in referrals if referral.closed_at is None}
    gone = [person_id for person_id in due if person_id not in busy]
    if not gone:
        return
    theirs = [referral.id for referral in referrals if referral.person_id not in busy]
    await store.erase(tx, gone, theirs, clock.today(now))
    await audit.forget(tx, "person", *gone)
    await audit.forget(tx, "referral", *theirs)
    await audit.record(tx, *(Entry("person-erased", "person", person_id) for person_id in gone), now=now)
    await outgoing.tell(tx, *map(Gone, gone), now=now)


async def _joined_for_update(tx: AsyncConnection, person_id: UUID, version: int) -> list[Record]:
    """Every record of the person, locked, if the one that is named still stands at ``version``."""
    joined = await people_store.list_joined_for_update(tx, person_id)
    check_version(_own(joined, person_id).version, version, "record")
    return joined


def _own(joined: Sequence[Record], person_id: UUID) -> Record:
    found = next((one for one in joined if one.person.id == person_id), None)
    if found is None:
        raise NotFound
    return found


async def _save(tx: AsyncConnection, person_id: UUID, decided: Sequence[Decided], by: Author) -> Record:
    for record, _ in decided:
        await people_store.save_record(tx, record)
    await people_store.add_decisions(tx, [decision for _, decision in decided], by)
    return _own([record for record, _ in decided], person_id)


def _life(joined: Sequence[Record], theirs: Sequence[Referral]) -> Life:
    return retention.life_of(
        [one.person for one in joined],
        theirs,
        died_on=joined[0].died_on,
        last_seen=clock.today(retention.last_dealt_with(theirs)),
    )
