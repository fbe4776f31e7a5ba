"""Facts in: what referrals and matching tell becomes news, in this service's words."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts import matching, referrals
from kith_notifications import usecases
from kith_notifications.domain.telling import (
    ACCEPTED,
    CLOSED,
    DECLINED,
    MATCH_ENDED,
    MATCH_MADE,
    ConsentMoved,
    Happening,
    News,
    ReferralMade,
)

HEARS: Final = (referrals.TOPIC, matching.TOPIC)

_DECISIONS: Final = {"accepted": ACCEPTED, "declined": DECLINED}
_CONSENTS: Final = {"granted": True, "withdrawn": False}


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Take a batch. Facts that nobody is told of pass by; so does a decision or a state that is not known here."""
    news = [piece for fact in facts if (piece := _news(fact)) is not None]
    await usecases.note_news(tx, news, new_id=clock.new_id, now=clock.now())


def _news(fact: Received) -> News | None:
    at = fact.occurred_at
    match fact.body:
        case referrals.ReferralCreated() as made:
            return ReferralMade(
                made.referral_id, made.person_id, made.referring_organisation_id, made.source == "self", at
            )
        case referrals.ReferralDecided(decision=decision) as decided if decision in _DECISIONS:
            return Happening(_DECISIONS[decision], decided.referral_id, decided.referral_id, at, decided.reason)
        case referrals.ReferralClosed() as closed:
            return Happening(CLOSED, closed.referral_id, closed.referral_id, at, closed.reason)
        case referrals.ConsentChanged(state=state) as changed if state in _CONSENTS:
            return ConsentMoved(changed.referral_id, changed.purpose, _CONSENTS[state], at)
        case matching.MatchMade() as made:
            return Happening(MATCH_MADE, made.match_id, made.referral_id, at, supporter_id=made.supporter_id)
        case matching.MatchEnded() as ended:
            return Happening(MATCH_ENDED, ended.match_id, ended.referral_id, at, ended.ending)
        case _:
            return None
