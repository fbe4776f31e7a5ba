"""Facts in: what referrals and matching tell becomes news, in this service's words."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts import matching, referrals
from kith_notifications import usecases
from kith_notifications.domain.concern import Concern, Sharing
from kith_notifications.domain.table import (
    ACCEPTED,
    CLOSED,
    CONSENT_ENDING,
    DECLINED,
    FIRST_SESSION,
    HELD,
    MATCH_ENDED,
    MATCH_MADE,
    PROMISE_MISSED,
    REDIRECTED,
    RELEASED,
    REOPENED,
    WAITING,
)
from kith_notifications.domain.telling import ConsentMoved, Happening, News, ReferralMade
from kith_notifications.domain.work import Work

HEARS: Final = (referrals.TOPIC, matching.TOPIC)

_DECISIONS: Final = {
    "accepted": ACCEPTED,
    "declined": DECLINED,
    "waiting": WAITING,
    "held": HELD,
    "redirected": REDIRECTED,
}
_CONSENTS: Final = {"granted": True, "withdrawn": False, "expired": False}


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Take a batch. Facts that nobody is told of pass by; so does a decision or a state that is not known here."""
    news = [piece for fact in facts if (piece := _news(fact)) is not None]
    gone = {fact.body.person_id: fact.occurred_at for fact in facts if isinstance(fact.body, referrals.PersonErased)}
    now = clock.now()
    await usecases.note_news(tx, news, gone, new_id=clock.new_id, now=now)
    concerns = [concern for fact in facts if (concern := _concern(fact)) is not None]
    answers: dict[UUID, list[str]] = {}
    for fact in facts:
        if isinstance(fact.body, matching.ConcernAnswered):
            answers.setdefault(fact.body.concern_id, []).append(fact.body.answer)
    await usecases.note_concerns(tx, concerns, answers, at=now)
    await usecases.note_sharings(tx, [one for fact in facts if (one := _sharing(fact)) is not None], now=now)
    await usecases.note_work(tx, [work for fact in facts if (work := _work(fact)) is not None], now=now)


def _concern(fact: Received) -> Concern | None:
    match fact.body:
        case matching.ConcernRaised() as raised:
            return Concern(
                id=raised.concern_id,
                organisation_id=raised.organisation_id,
                desk_id=raised.desk_id,
                acknowledge_by=raised.acknowledge_by,
                decide_by=raised.decide_by,
                pass_on_after=timedelta(minutes=raised.pass_on_minutes),
            )
        case _:
            return None


def _sharing(fact: Received) -> Sharing | None:
    match fact.body:
        case matching.SharingFellDue() as due:
            return Sharing(due.sharing_id, due.concern_id, due.organisation_id, due.desk_id, fact.occurred_at)
        case _:
            return None


def _work(fact: Received) -> Work | None:
    match fact.body:
        case matching.WorkFellDue() as fell:
            at = fact.occurred_at
            return Work(fell.work_id, fell.organisation_id, clock.today(at), at, at_once=fell.at_once)
        case _:
            return None


def _news(fact: Received) -> News | None:
    return _of_a_referral(fact) or _of_a_match(fact)


def _of_a_referral(fact: Received) -> News | None:
    at = fact.occurred_at
    news: News | None = None
    match fact.body:
        case referrals.ReferralCreated() as made:
            news = ReferralMade(
                made.referral_id,
                made.person_id,
                made.referring_organisation_id,
                made.programme_organisation_id,
                self_referred=made.source == "self",
                at=at,
                urgent=made.urgent,
                feedback=made.feedback,
            )
        case referrals.ReferralDecided(decision=decision, referral_id=id_) as decided if decision in _DECISIONS:
            news = Happening(_DECISIONS[decision], fact.id, id_, at, decided.reason)
        case referrals.ReferralClosed(referral_id=id_, reason=reason):
            news = Happening(RELEASED if reason == "released" else CLOSED, fact.id, id_, at, reason)
        case referrals.ReferralReopened(referral_id=id_) as reopened:
            news = Happening(REOPENED, fact.id, id_, at, reopened.reason)
        case referrals.PromiseMissed(referral_id=id_) as missed:
            news = Happening(PROMISE_MISSED, fact.id, id_, at, missed.promise, day=missed.due_on)
        case referrals.ConsentEnding(referral_id=id_) as ending:
            # Several consents often have the same last day: who relies on them is told of it once.
            of_day = uuid5(id_, ending.ends_on.isoformat())
            news = Happening(CONSENT_ENDING, of_day, id_, at, ending.purpose, day=ending.ends_on)
        case referrals.ConsentChanged(state=state) as changed if state in _CONSENTS:
            granted = _CONSENTS[state]
            news = ConsentMoved(changed.referral_id, changed.purpose, granted=granted, at=at, feedback=changed.feedback)
    return news


def _of_a_match(fact: Received) -> News | None:
    at = fact.occurred_at
    news: News | None = None
    match fact.body:
        case matching.MatchMade() as match:
            news = Happening(MATCH_MADE, match.match_id, match.referral_id, at, supporter_id=match.supporter_id)
        case matching.SessionLogged(outcome="happened", match_id=match_id, referral_id=id_) if match_id and id_:
            # Named after the match: the first is told, and those that follow are the same message.
            news = Happening(FIRST_SESSION, match_id, id_, at)
        case matching.MatchEnded() as match:
            news = Happening(MATCH_ENDED, match.match_id, match.referral_id, at, match.ending)
    return news
