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
_CONSENTS: Final = {"granted": True, "withdrawn": False, "expired": False}


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Take a batch. Facts that nobody is told of pass by; so does a decision or a state that is not known here."""
    news = [piece for fact in facts if (piece := _news(fact)) is not None]
    gone = {fact.body.person_id: fact.occurred_at for fact in facts if isinstance(fact.body, referrals.PersonErased)}
    await usecases.note_news(tx, news, gone, new_id=clock.new_id, now=clock.now())


def _news(fact: Received) -> News | None:
    at = fact.occurred_at
    news: News | None = None
    match fact.body:
        case referrals.ReferralCreated() as made:
            self_referred = made.source == "self"
            news = ReferralMade(
                made.referral_id, made.person_id, made.referring_organisation_id, self_referred=self_referred, at=at
            )
        case referrals.ReferralDecided(decision=decision, referral_id=id_) as decided if decision in _DECISIONS:
            news = Happening(_DECISIONS[decision], id_, id_, at, decided.reason)
        case referrals.ReferralClosed(referral_id=id_) as closed:
            news = Happening(CLOSED, id_, id_, at, closed.reason)
        case referrals.ConsentChanged(state=state) as changed if state in _CONSENTS:
            news = ConsentMoved(changed.referral_id, changed.purpose, granted=_CONSENTS[state], at=at)
        case matching.MatchMade() as match:
            news = Happening(MATCH_MADE, match.match_id, match.referral_id, at, supporter_id=match.supporter_id)
        case matching.MatchEnded() as match:
            news = Happening(MATCH_ENDED, match.match_id, match.referral_id, at, match.ending)
    return news
