"""What was logged and never was so is made void, a contact is put right, and what only looks double is confirmed."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching import outgoing
from kith_matching.domain import voiding
from kith_matching.domain.occasion import Contact, Group, Session, Void, check_held, check_site, taken_back
from kith_matching.domain.refusals import SupporterNotFound
from kith_matching.store import comings, matches, meeting, occasions, referrals, supporters, tasters
from kith_matching.store.waiting_again import wait_again
from kith_matching.usecases.loose_ends import look_for_plan


async def void_session(
    tx: AsyncConnection, session_id: UUID, reason: Void, *, expected_version: int, now: datetime
) -> Session:
    """Make a session void, and tell everybody that it no longer holds; what was said of it is kept.

    Who attended it, and came to nothing else, waits again. Raises ``OccasionNotFound``, ``StaleVersion`` and
    ``OccasionVoided``.
    """
    session = await _get_session_for_update(tx, session_id, expected_version)
    voided = voiding.void_session(session, reason)
    await occasions.save_correction(tx, session, voided, now=now)
    await comings.count_meetings(tx, session.attended_referral_ids)
    if session.match_id is not None:
        await look_for_plan(tx, voided, await matches.get_match(tx, session.match_id))
    await audit.record(tx, Entry("session-voided", "session", session_id, (reason,)), now=now)
    await wait_again(tx, session.attended_referral_ids)
    await outgoing.tell_session(tx, voided, taken_back(session, voided), now=now)
    return voided


async def confirm_session(tx: AsyncConnection, session_id: UUID, *, expected_version: int, now: datetime) -> Session:
    """Say of a session that it is an occasion of its own. Raises ``OccasionNotFound`` and ``OccasionVoided``."""
    session = await _get_session_for_update(tx, session_id, expected_version)
    confirmed = voiding.confirm(session)
    await occasions.save_confirmed(tx, confirmed)
    await audit.record(tx, Entry("session-confirmed", "session", session_id), now=now)
    return confirmed


async def _get_session_for_update(tx: AsyncConnection, session_id: UUID, expected_version: int) -> Session:
    seen = await occasions.get_session(tx, session_id)
    check_version(seen.version, expected_version, "session")
    theirs = seen.attended_referral_ids if seen.referral_id is None else [seen.referral_id]
    await meeting.list_standings_for_update(tx, theirs)
    if seen.group_id is not None:
        await occasions.begin_group_for_update(tx, Group(seen.group_id, seen.programme_id, seen.organisation_id))
    session = await occasions.get_session_for_update(tx, session_id)
    check_version(session.version, expected_version, "session")
    return session


async def void_contact(
    tx: AsyncConnection, contact_id: UUID, reason: Void, *, expected_version: int, now: datetime
) -> Contact:
    """Make a contact void, and tell that it no longer holds.

    Raises ``OccasionNotFound``, ``StaleVersion`` and ``OccasionVoided``.
    """
    contact = await _get_contact_for_update(tx, contact_id, expected_version)
    voided = voiding.void_contact(contact, reason)
    entry = Entry("contact-voided", "contact", contact_id, (reason,))
    return await _keep(tx, contact, voided, entry, now=now)


async def correct_contact(
    tx: AsyncConnection, contact_id: UUID, *, expected_version: int, now: datetime, **said: Any
) -> Contact:
    """Put right what was logged of a contact, a taster too, and tell it anew; the same again changes nothing.

    ``said`` is all of ``CONTACT_SAYS``. Raises ``OccasionNotFound``, ``StaleVersion``, ``OccasionVoided``,
    ``TasterOfOne``, ``InTheFuture``, ``SiteUnknown`` and ``SupporterNotFound``.
    """
    contact = await _get_contact_for_update(tx, contact_id, expected_version)
    told = replace(contact, **said)
    corrected = voiding.correct_contact(contact, told, is_taster=await tasters.is_taster(tx, contact_id))
    if told == contact:
        return contact
    check_held(corrected, today=clock.today(now))
    if corrected.site != contact.site:
        programme = await referrals.get_programme(tx, contact.programme_id, contact.organisation_id)
        check_site(corrected, programme.terms)
    if corrected.supporter_id is not None and not await supporters.have_supporters(tx, [corrected.supporter_id]):
        raise SupporterNotFound
    entry = Entry("contact-corrected", "contact", contact_id, (corrected.kind,))
    return await _keep(tx, contact, corrected, entry, now=now)


async def _get_contact_for_update(tx: AsyncConnection, contact_id: UUID, expected_version: int) -> Contact:
    contact = await occasions.get_contact_for_update(tx, contact_id)
    check_version(contact.version, expected_version, "contact")
    return contact


async def _keep(tx: AsyncConnection, before: Contact, after: Contact, entry: Entry, *, now: datetime) -> Contact:
    await occasions.save_contact_correction(tx, before, after, now=now)
    await audit.record(tx, entry, now=now)
    await outgoing.tell_contact(tx, after, now=now)
    return after
