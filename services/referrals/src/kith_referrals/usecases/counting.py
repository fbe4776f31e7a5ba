"""What referrers ask of a programme before they refer, counted from what became of those who were referred."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.directory import COUNTED_OVER, FEWEST
from kith_referrals.store import counting as store


async def count_first_sessions(tx: AsyncConnection, now: datetime) -> None:
    """Let each programme's entry say how long people waited for their first session, in one statement for all.

    An entry whose number changes counts as changed; one of too few people says nothing.
    """
    await store.save_first_session_days(tx, since=now - COUNTED_OVER, fewest=FEWEST, now=now)
