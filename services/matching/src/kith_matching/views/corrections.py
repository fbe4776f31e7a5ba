"""What a session was said to be before it was corrected."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.tables import session_corrections
from kith_matching.views.reading import Found, get_list

_CORRECTIONS: Final = audited(
    sa.select(session_corrections)
    .where(session_corrections.c.session_id == sa.bindparam("session_id", type_=sa.Uuid))
    .order_by(session_corrections.c.version)
)


async def list_corrections(tx: AsyncConnection, session_id: UUID, *, now: datetime) -> list[Found]:
    """What was said before, the first first; none where nothing was corrected, or the session is another's."""
    return await get_list(tx, _CORRECTIONS, Entry("corrections-listed", "session", session_id), {}, now)
