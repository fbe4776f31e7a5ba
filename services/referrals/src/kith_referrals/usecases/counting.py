"""What referrers ask of a programme before they refer: counted here from what became of people, or by matching."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.directory import COUNTED_OVER, FEWEST, Quality, latest
from kith_referrals.store import counting as store


async def count_first_sessions(tx: AsyncConnection, now: datetime) -> None:
    """Let each programme's entry say how long people waited for their first session, in one statement for all.

    An entry whose number changes counts as changed; one of too few people says nothing.
    """
    await store.save_first_session_days(tx, since=now - COUNTED_OVER, fewest=FEWEST, now=now)


async def note_quality(tx: AsyncConnection, counted: Iterable[Quality], *, now: datetime) -> None:
    """Let each programme's entry say what matching counted last, in one statement for all.

    What was counted earlier and comes later is passed over, and so is a programme that is not here: matching knows of
    programmes from this service alone, so that there is none to wait for.
    """
    await store.save_quality(tx, latest(counted), now=now)
