"""Moments in: last days and days that are over: of consents, records, forms; people to be erased; what is counted."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.service import Timer
from kith_referrals.usecases import counting, erasing, expiring, reviewing, self_referring

TIMERS: Final = (
    Timer("expire-consents", timedelta(minutes=1), expiring.expire_consents),
    Timer("review-retention", timedelta(hours=1), reviewing.open_reviews),
    Timer("count-first-sessions", timedelta(hours=1), counting.count_first_sessions),
    Timer("forget-forms", timedelta(hours=1), self_referring.forget),
)


def erasing_after(wait: timedelta) -> Timer:
    """Erases whom somebody decided to erase so long ago: until then it can be taken back."""

    async def erase(tx: AsyncConnection, now: datetime) -> None:
        await erasing.erase_people(tx, now, wait=wait)

    return Timer("erase-people", timedelta(seconds=10), erase)
