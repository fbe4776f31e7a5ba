"""What every step of a referral ends with: where it now stands is kept, and what others may know of it is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals import outgoing
from kith_referrals.domain.steps import Moved
from kith_referrals.store import referrals as store


async def save_moves(tx: AsyncConnection, moves: Sequence[Moved], *, now: datetime) -> None:
    """Keep and tell steps of referrals that are locked, however many, in two statements; in none where there are none.

    Save a consent after it: that may end the sight that the caller has of the referral.
    """
    if not moves:
        return
    await store.save_moves(tx, moves, now=now)
    await outgoing.tell(tx, *(telling for move in moves for telling in move.tellings), now=now)
