"""What matching tells, noted on the referral, so that whoever referred can read what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.lifecycle import note_ending, note_match
from kith_referrals.store import referrals as store


@dataclass(frozen=True, slots=True)
class MatchNews:
    """A match of the referral was made, or came to its end, at ``at`` (UTC)."""

    referral_id: UUID
    ended: bool
    at: datetime


async def note_matches(tx: AsyncConnection, news: Sequence[MatchNews]) -> None:
    """Note a batch of news in its order: two statements, however many. News of no referral of ours are passed over."""
    if not news:
        return
    before = {
        referral.id: referral
        for referral in await store.list_referrals_for_update(tx, {piece.referral_id for piece in news})
    }
    after = dict(before)
    for piece in news:
        if referral := after.get(piece.referral_id):
            note = note_ending if piece.ended else note_match
            after[referral.id] = note(referral, piece.at)
    moved = [referral for id_, referral in after.items() if referral != before[id_]]
    if moved:
        await store.save_referrals(tx, moved)
