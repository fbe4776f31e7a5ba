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
from kith_matching.domain.disclosure import Viewer, as_seen, unseen_kept
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.path import Path, moved
from kith_matching.domain.refusals import NotYourProgramme, SupporterNotFound
from kith_matching.domain.subjects import check_opaque
from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.domain.suspension import check_may_move
from kith_matching.store import path as paths
from kith_matching.store import referrals, supporters, suspensions
from kith_matching.store.looking_after import take_on
from kith_matching.store.sharing import get_disclosures
from kith_matching.store.supervision import keep_rhythms
from kith_matching.usecases.stopping import cancel_what_is_coming


async def put_supporter(
    tx: AsyncConnection, asked: Supporter, *, expected_version: int | None, now: datetime
) -> tuple[Supporter, bool]:
    """Record a supporter as they are now, as a coordinator sees them; the second value says whether they are new.

    A programme that is not known yet is taken: its definition may still be on its way. The same again changes nothing
    and needs no version, so a load can be repeated. Others are told only what they can see: a new telephone number
    tells nothing. Items that a coordinator is not shown stay, whatever is sent. A state is taken as the organisation's
    own system has it, with no question asked about the way there (``usecases.path`` asks), and kept as a move of today.
    Raises ``NotYourProgramme``, ``SubjectNamesSomebody``; ``SupporterNotFound`` where the id is another's;
    ``VersionMissing``, ``StaleVersion`` where a change does not name the version it is about; ``MayNotMove`` for
    somebody who is suspended.
    """
    if asked.subject is not None:
        check_opaque(asked.subject)
    if await referrals.is_any_foreign(tx, asked.programme_ids, asked.organisation_id):
        raise NotYourProgramme
    if expected_version is None and await supporters.insert_supporter(tx, asked):
        await _keep_state(tx, Path(asked.id, asked.organisation_id, asked.state), asked.state, now)
        await take_on(tx, Kind.SUPPORTER, asked.id, asked.organisation_id)
        await keep_rhythms(tx, clock.today(now), [asked.id])
        await audit.record(tx, Entry("supporter-recorded", "supporter", asked.id, (asked.state,)), now=now)
        await outgoing.tell_changed(tx, asked, now=now)
        return await _seen(tx, asked), True
    current = await supporters.get_supporter_for_update(tx, asked.id)
    if current.organisation_id != asked.organisation_id:
        raise SupporterNotFound
    asked = replace(unseen_kept(asked, current, await get_disclosures(tx, asked.id)), version=current.version)
    if asked == current:
        return await _seen(tx, current), False
    if expected_version is None:
        raise VersionMissing("The supporter is known already. Read them, then send If-Match with that ETag.")
    check_version(current.version, expected_version, "supporter")
    changed = replace(asked, version=current.version + 1)
    if changed.state is not current.state:
        check_may_move(await suspensions.find_last_suspension(tx, asked.id), changed.state)
        await _keep_state(tx, await paths.get_path(tx, current), changed.state, now)
        await cancel_what_is_coming(tx, changed, now=now)
    await supporters.save_supporter(tx, changed)
    await keep_rhythms(tx, clock.today(now), [changed.id])
    await audit.record(tx, Entry("supporter-changed", "supporter", changed.id, (changed.state,)), now=now)
    if not changed.looks_the_same_as(current):
        await outgoing.tell_changed(tx, changed, now=now)
    return await _seen(tx, changed), False


async def _keep_state(tx: AsyncConnection, path: Path, to: SupporterState, now: datetime) -> None:
    today = clock.today(now)
    await paths.save_steps(tx, moved(path, to, on=today, today=today, step_id=clock.new_id()))


async def read_supporter(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Supporter:
    """The supporter as a coordinator sees them. Raises ``SupporterNotFound``, and then nothing is recorded."""
    return await _seen(tx, await _read(tx, "supporter-read", supporter_id, now))


async def read_contact(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Supporter:
    """The supporter, for a machine client that needs their name or address at this moment.

    Raises ``SupporterNotFound``, and then nothing is recorded.
    """
    return await _read(tx, "supporter-contact-read", supporter_id, now)


async def _seen(tx: AsyncConnection, supporter: Supporter) -> Supporter:
    return as_seen(supporter, await get_disclosures(tx, supporter.id), Viewer.COORDINATOR)


async def _read(tx: AsyncConnection, action: str, supporter_id: UUID, now: datetime) -> Supporter:
    supporter = await supporters.get_supporter(tx, supporter_id)
    await audit.record(tx, Entry(action, "supporter", supporter_id), now=now)
    return supporter
