"""Facts in: what matching says became of a referral, and what it counted. The rest of its topic is passed over."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts.matching import TOPIC, MatchEnded, MatchMade, ProgrammeQualityCounted, SessionLogged
from kith_referrals.domain.directory import Quality
from kith_referrals.usecases.counting import note_quality
from kith_referrals.usecases.hearing import Kind, MatchNews, note_matches

HEARS: Final = (TOPIC,)


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Note what happened to matches, a whole batch at once. One referral's news come in order; no other order counts.

    A meeting that nobody referred attended is no news of a referral. An entry of the directory changes when it is
    changed here: whoever asks for what changed since would else miss a fact that was late.
    """
    news = [piece for fact in facts if (piece := _news(fact)) is not None]
    if news:
        await note_matches(tx, news, now=news[-1].at)
    counted = [
        Quality(
            fact.body.programme_id,
            fact.occurred_at,
            checks_current=fact.body.checks_current,
            supervision_on_time=fact.body.supervision_on_time,
            training_held=fact.body.training_held,
        )
        for fact in facts
        if isinstance(fact.body, ProgrammeQualityCounted)
    ]
    await note_quality(tx, counted, now=clock.now())


def _news(fact: Received) -> MatchNews | None:
    match fact.body:
        case MatchMade(referral_id=referral_id):
            return MatchNews(referral_id, Kind.MATCHED, fact.occurred_at)
        case MatchEnded(referral_id=referral_id, ending=ending):
            return MatchNews(referral_id, Kind.ENDED, fact.occurred_at, ending)
        case SessionLogged(referral_id=referral_id, outcome="happened", match_id=match_id) if referral_id is not None:
            return MatchNews(referral_id, Kind.SESSION if match_id else Kind.ATTENDED, fact.occurred_at)
        case _:
            return None
