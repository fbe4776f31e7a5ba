"""What matching tells, noted on the referral, so that whoever referred can read what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.steps import Moved
from kith_referrals.store import referrals as store
from kith_referrals.usecases.moving import save_moves


class Kind(Enum):
    """What happened to a referral in matching."""

    MATCHED = auto()
    SESSION = auto()
    ATTENDED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class MatchNews:
    """Something happened to the referral at ``at`` (UTC). ``ending`` is how its match ended, where it did."""

    referral_id: UUID
    kind: Kind
    at: datetime
    ending: str = ""


async def note_matches(tx: AsyncConnection, news: Sequence[MatchNews], *, now: datetime) -> None:
    """Note a batch of news in its order: two statements, however many. News of no referral of ours are passed over."""
    if not news:
        return
    stands = {
        referral.id: referral
        for referral in await store.list_referrals_for_update(tx, {piece.referral_id for piece in news})
    }
    moves = []
    for piece in news:
        referral = stands.get(piece.referral_id)
        if referral is not None and (move := _note(referral, piece)) is not None:
            stands[referral.id] = move.referral
            moves.append(move)
    await save_moves(tx, moves, now=now)


def _note(referral: Referral, piece: MatchNews) -> Moved | None:
    match piece.kind:
        case Kind.MATCHED:
            return lifecycle.note_match(referral, piece.at)
        case Kind.SESSION:
            return lifecycle.note_session(referral, piece.at)
        case Kind.ATTENDED:
            return lifecycle.note_attendance(referral, piece.at)
        case Kind.ENDED:
            return lifecycle.note_ending(referral, piece.at, piece.ending)
