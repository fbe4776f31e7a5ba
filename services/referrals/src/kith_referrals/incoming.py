"""Facts in: what matching says became of a referral. Everything else on its topic is passed over."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.received import Received
from kith_contracts.matching import TOPIC, MatchEnded, MatchMade
from kith_referrals.usecases.hearing import MatchNews, note_matches

HEARS: Final = (TOPIC,)


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Note matches made and ended, a whole batch at once. One referral's news come in order; no other order counts."""
    await note_matches(
        tx,
        [
            MatchNews(fact.body.referral_id, isinstance(fact.body, MatchEnded), fact.occurred_at)
            for fact in facts
            if isinstance(fact.body, MatchMade | MatchEnded)
        ],
    )
