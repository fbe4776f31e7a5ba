"""What falls due: a consent whose last day is near, or has passed, is told to everybody who relies on it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_referrals import outgoing
from kith_referrals.domain import consent, lifecycle
from kith_referrals.domain.consent import Consents, Purpose
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Moved
from kith_referrals.domain.telling import ConsentEnds, ConsentTold
from kith_referrals.store import falling_due
from kith_referrals.store import referrals as store
from kith_referrals.usecases.moving import save_moves

MOST: Final = 500
"""Referrals at one turn; the next turn goes on."""


async def expire_consents(tx: AsyncConnection, now: datetime) -> None:
    """Note every consent whose last day has passed, tell it, and recall offers that nobody has taken on."""
    today = clock.today(now)
    due = await falling_due.list_expiring_for_update(tx, today, limit=MOST)
    words = await store.list_consents_of(tx, [referral.id for referral in due])
    gone = {referral.id: consent.expired(words[referral.id], today) for referral in due}
    await save_moves(tx, [move for referral in due for move in _expire(referral, gone[referral.id], now)], now=now)
    await store.save_consents(tx, gone)


async def notice_endings(tx: AsyncConnection, now: datetime, *, notice: timedelta) -> None:
    """Tell of every consent of an open referral whose last day is near, once for each last day.

    So whoever relies on it can ask the person in time, and nothing stops because nobody thought of it.
    """
    today = clock.today(now)
    due = await falling_due.list_ending_for_update(tx, today, notice, limit=MOST)
    words = await store.list_consents_of(tx, [referral.id for referral in due])
    near = {referral.id: consent.ending(words[referral.id], today, notice) for referral in due}
    await outgoing.tell(tx, *(end for referral in due for end in _ends(referral, near[referral.id])), now=now)
    await store.save_consents(tx, near)


def _ends(referral: Referral, near: Consents) -> list[ConsentEnds]:
    return [ConsentEnds(referral, purpose, word.expires_on) for purpose, word in near.items() if word.expires_on]


def _expire(referral: Referral, gone: Consents, now: datetime) -> list[Moved]:
    moves = []
    for purpose, word in gone.items():
        noted = lifecycle.note_consent(referral, None, f"{purpose.value}-{word.state.value}", now)
        referral = noted.referral
        moves.append(Moved(referral, noted.step, (ConsentTold(referral, purpose, word.state),)))
    if Purpose.SHARE_REFERRAL in gone and referral.is_offered:
        moves.append(lifecycle.withdraw(referral, None, now, lifecycle.CONSENT_EXPIRED))
    return moves
