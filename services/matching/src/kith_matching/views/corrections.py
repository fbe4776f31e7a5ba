"""What sessions and contacts were said to be before they were corrected; and which may be one logged twice."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.store.attendances import CAME_WITH
from kith_matching.tables import contact_corrections, session_corrections, sessions
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list

_CORRECTIONS: Final = audited(
    sa.select(session_corrections)
    .where(session_corrections.c.session_id == sa.bindparam("session_id", type_=sa.Uuid))
    .order_by(session_corrections.c.version)
)
_OF_CONTACT: Final = audited(
    sa.select(contact_corrections)
    .where(contact_corrections.c.contact_id == sa.bindparam("contact_id", type_=sa.Uuid))
    .order_by(contact_corrections.c.version)
)
_alike: Final = sessions.alias("alike")
_first: Final = (
    sa.select(_alike.c.id)
    .where(
        sa.or_(_alike.c.match_id == sessions.c.match_id, _alike.c.group_id == sessions.c.group_id),
        _alike.c.held_on == sessions.c.held_on,
        _alike.c.minutes == sessions.c.minutes,
        _alike.c.outcome == sa.literal_column("'happened'"),
        _alike.c.id < sessions.c.id,
    )
    .order_by(_alike.c.id)
    .limit(1)
    .lateral("first")
)
_DOUBLES: Final = audited(
    sa.select(*(one for one in sessions.c if one.name != "double_of"), _first.c.id.label("double_of"), CAME_WITH)
    .join(_first, sa.true())
    .where(
        sessions.c.organisation_id == ORGANISATION,
        sessions.c.double_of.is_not(None),
        sessions.c.outcome == sa.literal_column("'happened'"),
        sa.or_(AFTER.is_(None), sessions.c.id > AFTER),
    )
    .order_by(sessions.c.id)
    .limit(LIMIT)
)


async def list_corrections(tx: AsyncConnection, session_id: UUID, *, now: datetime) -> list[Found]:
    """What was said before, the first first; none where nothing was corrected, or the session is another's."""
    return await get_list(tx, _CORRECTIONS, Entry("corrections-listed", "session", session_id), {}, now)


async def list_contact_corrections(tx: AsyncConnection, contact_id: UUID, *, now: datetime) -> list[Found]:
    """What was said of a contact before, the first first; none where nothing was, or the contact is another's."""
    return await get_list(tx, _OF_CONTACT, Entry("corrections-listed", "contact", contact_id), {}, now)


async def list_doubles(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's sessions that look like another, the first of which is ``double_of``, while both stand so.

    Of those that looked so when they were logged, and were not confirmed.
    """
    listed = Entry("session-doubles-listed", "organisation", organisation_id)
    return await get_list(tx, _DOUBLES, listed, {"after": after, "limit": limit}, now)
