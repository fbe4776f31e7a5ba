"""What falls due: a promise whose day has passed is told once, so that somebody looks."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals.domain import clocks, lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Moved
from kith_referrals.store import falling_due
from kith_referrals.usecases.moving import save_moves

MOST: Final = 500
"""Referrals at one turn; the next turn goes on."""


async def tell_missed(tx: AsyncConnection, now: datetime) -> None:
    """Note and tell every promise that is missed and was not told yet, however many, in three statements."""
    due = await falling_due.list_missing_for_update(tx, clock.today(now), limit=MOST)
    await save_moves(tx, [move for referral in due for move in _missed(referral, now)], now=now)


def _missed(referral: Referral, now: datetime) -> list[Moved]:
    moves = []
    for promise in clocks.missing(referral, clock.today(now)):
        moves.append(lifecycle.note_missed(referral, promise, now))
        referral = moves[-1].referral
    return moves
