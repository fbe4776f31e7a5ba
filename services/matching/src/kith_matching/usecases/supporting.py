"""Supporters as their organisation records them, and reads that name one; all of it on the record."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_matching import outgoing
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.refusals import NotYourProgramme, SupporterNotFound
from kith_matching.domain.subjects import check_opaque
from kith_matching.domain.supporter import Supporter
from kith_matching.store import referrals, supporters
from kith_matching.store.looking_after import take_on
from kith_matching.store.supervision import keep_rhythms


async def put_supporter(
    tx: AsyncConnection, asked: Supporter, *, expected_version: int | None, now: datetime
) -> tuple[Supporter, bool]:
    """Record a supporter as they are now; the second value says whether they are new.

    A programme that is not known yet is taken: its definition may still be on its way. The same again changes nothing
    and needs no version, so a load can be repeated. Others are told only what they can see: a new telephone number
    tells nothing. Raises ``NotYourProgramme`` and ``SubjectNamesSomebody``; ``SupporterNotFound`` where the id is
    another organisation's; ``VersionMissing`` and ``StaleVersion`` where a change does not name the version it is
    about.
    """
    if asked.subject is not None:
        check_opaque(asked.subject)
    if await referrals.is_any_foreign(tx, asked.programme_ids, asked.organisation_id):
        raise NotYourProgramme
    if expected_version is None and await supporters.insert_supporter(tx, asked):
        await take_on(tx, Kind.SUPPORTER, asked.id, asked.organisation_id)
        await keep_rhythms(tx, clock.today(now), [asked.id])
        await audit.record(tx, Entry("supporter-recorded", "supporter", asked.id, (asked.state,)), now=now)
        await outgoing.tell_changed(tx, asked, now=now)
        return asked, True
    current = await supporters.get_supporter_for_update(tx, asked.id)
    if current.organisation_id != asked.organisation_id:
        raise SupporterNotFound
    if replace(asked, version=current.version) == current:
        return current, False
    if expected_version is None:
        raise VersionMissing("The supporter is known already. Read them, then send If-Match with that ETag.")
    check_version(current.version, expected_version, "supporter")
    changed = replace(asked, version=current.version + 1)
    await supporters.save_supporter(tx, changed)
    await keep_rhythms(tx, clock.today(now), [changed.id])
    await audit.record(tx, Entry("supporter-changed", "supporter", changed.id, (changed.state,)), now=now)
    if not changed.looks_the_same_as(current):
        await outgoing.tell_changed(tx, changed, now=now)
    return changed, False


async def read_supporter(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Supporter:
    """The supporter, for their organisation. Raises ``SupporterNotFound``, and then nothing is recorded."""
    return await _read(tx, "supporter-read", supporter_id, now)


async def read_contact(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Supporter:
    """The supporter, for a machine client that needs their name or address at this moment.

    Raises ``SupporterNotFound``, and then nothing is recorded.
    """
    return await _read(tx, "supporter-contact-read", supporter_id, now)


async def _read(tx: AsyncConnection, action: str, supporter_id: UUID, now: datetime) -> Supporter:
    supporter = await supporters.get_supporter(tx, supporter_id)
    await audit.record(tx, Entry(action, "supporter", supporter_id), now=now)
    return supporter
