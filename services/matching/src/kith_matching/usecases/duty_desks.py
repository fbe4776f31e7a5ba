"""Duty desks are set up, and their mailboxes read when somebody is written to."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_matching.domain.duty_desk import DeskNotFound, DutyDesk, Level, Mailbox, check_desk
from kith_matching.domain.refusals import NotYourProgramme
from kith_matching.store import duty_desks as store
from kith_matching.store import referrals


async def put_desk(
    tx: AsyncConnection, asked: DutyDesk, *, expected_version: int | None, now: datetime
) -> tuple[DutyDesk, bool]:
    """Keep a duty desk; the second value says whether it is new. The same again changes nothing.

    Raises what ``check_desk`` does, ``NotYourProgramme`` for another organisation's programme, ``DeskNotFound`` for
    its desk, and ``VersionMissing`` and ``StaleVersion`` where a change does not name the version it is about.
    """
    if asked.programme_id is not None and await referrals.is_any_foreign(
        tx, [asked.programme_id], asked.organisation_id
    ):
        raise NotYourProgramme
    desks = await store.list_desks_for_update(tx, asked.organisation_id)
    current = next((desk for desk in desks if desk.id == asked.id), None)
    if current is not None and replace(asked, version=current.version) == current:
        return current, False
    check_desk(asked, desks)
    kept = asked
    if current is not None:
        if expected_version is None:
            raise VersionMissing("The duty desk is known already. Read it, then send If-Match with that ETag.")
        check_version(current.version, expected_version, "duty desk")
        kept = replace(asked, version=current.version + 1)
    if not await store.save_desk(tx, kept):
        raise DeskNotFound
    await audit.record(tx, Entry("duty-desk-kept", "duty-desk", asked.id), now=now)
    return kept, current is None


async def read_desk(tx: AsyncConnection, desk_id: UUID, *, now: datetime) -> DutyDesk:
    """One desk. Raises ``DeskNotFound``, and then nothing is recorded."""
    desk = await store.find_desk(tx, desk_id)
    if desk is None:
        raise DeskNotFound
    await audit.record(tx, Entry("duty-desk-read", "duty-desk", desk_id), now=now)
    return desk


async def read_mailbox(tx: AsyncConnection, desk_id: UUID, level: Level, *, now: datetime) -> Mailbox:
    """Where a level of a desk reads, for a machine client at the moment of sending. Raises ``DeskNotFound``."""
    desk = await read_desk(tx, desk_id, now=now)
    return desk.mailbox(level)
