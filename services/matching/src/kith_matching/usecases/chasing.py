"""What was shared without agreement is chased: its desk is told once, on the day by which an answer was to come."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_matching import outgoing
from kith_matching.domain.concern import is_to_be_told
from kith_matching.store import concerns, duty_desks

MOST_AT_ONCE: Final = 1_000
"""Sharings that are looked at in one transaction; the others follow at the next tick."""


async def tell_unanswered(tx: AsyncConnection, now: datetime) -> None:
    """Tell the desks of sharings that nobody answered, on the day and once. An answer before it leaves nothing to tell.

    A desk is told when it opens. Where there was no desk, the organisation is.
    """
    found = await concerns.list_untold_for_update(tx, clock.today(now), limit=MOST_AT_ONCE)
    if not found:
        return
    of = await concerns.list_concerns(tx, {one.concern_id for one in found})
    desks = await duty_desks.list_among(tx, {one.desk_id for one in of.values() if one.desk_id is not None})
    at = {id_: desks.get(one.desk_id) if one.desk_id else None for id_, one in of.items()}
    due = [one for one in found if is_to_be_told(one, at[one.concern_id], now=now)]
    await concerns.save_told(tx, due, now=now)
    await outgoing.tell_unanswered(tx, [(of[one.concern_id], one) for one in due], now=now)
