"""Sessions are noted in words: by the supporter who gave one, or by who organises."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.occasion import Session
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.refusals import OccasionNotFound
from kith_matching.domain.session_note import SessionNote
from kith_matching.domain.subjects import Speaker, is_theirs
from kith_matching.store import occasions, referrals, supporters
from kith_matching.store import session_notes as store


async def write_note(tx: AsyncConnection, session_id: UUID, words: str, *, by: Speaker, now: datetime) -> SessionNote:
    """Add a note to a session. Raises ``OccasionNotFound``, also for another supporter, and ``PersonErased``."""
    session = await _theirs(tx, session_id, by)
    if session.referral_id is not None:
        check_remembered(await referrals.get_referral_for_update(tx, session.referral_id))
    note = SessionNote(clock.new_id(), session_id, session.organisation_id, by.subject, now, words)
    await store.insert_note(tx, note)
    await audit.record(tx, Entry("session-noted", "session", session_id), now=now)
    return note


async def read_notes(tx: AsyncConnection, session_id: UUID, *, by: Speaker, now: datetime) -> list[SessionNote]:
    """What was noted of a session: all for who organises, for a supporter their own. Raises ``OccasionNotFound``."""
    await _theirs(tx, session_id, by)
    notes = await store.list_notes(tx, session_id, author=None if by.organises else by.subject)
    await audit.record(tx, Entry("session-notes-read", "session", session_id), now=now)
    return notes


async def _theirs(tx: AsyncConnection, session_id: UUID, by: Speaker) -> Session:
    session = await occasions.get_session(tx, session_id)
    gave = await supporters.list_supporters(tx, session.supporter_ids)
    if not by.organises and not any(is_theirs(one, by) for one in gave):
        raise OccasionNotFound
    return session
