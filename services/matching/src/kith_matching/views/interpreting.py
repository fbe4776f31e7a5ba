"""The interpreters who are booked for a match: for who organises, and for its supporter."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.refusals import MatchNotFound
from kith_matching.domain.subjects import Speaker, is_theirs
from kith_matching.store import matches, supporters
from kith_matching.tables import interpreters
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_OF_MATCH: Final = audited(
    sa.select(interpreters)
    .where(
        interpreters.c.match_id == sa.bindparam("match_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), interpreters.c.id > AFTER),
    )
    .order_by(interpreters.c.id)
    .limit(LIMIT)
)


async def list_interpreters(
    tx: AsyncConnection, match_id: UUID, *, by: Speaker, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """Who is booked for a match, the first booked first. Raises ``MatchNotFound``, also for another supporter."""
    match = await matches.get_match(tx, match_id)
    if not is_theirs(await supporters.get_supporter(tx, match.supporter_id), by):
        raise MatchNotFound
    return await get_list(
        tx, _OF_MATCH, Entry("interpreters-listed", "match", match_id), {"after": after, "limit": limit}, now
    )
