"""A believable stream of facts for benches: referrals, decisions, matches and sessions, as they happen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from kith_chassis.clock import new_id
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.matching import MatchMade, SessionLogged
from kith_contracts.referrals import ReferralCreated, ReferralDecided
from kith_contracts.registry import CONTRACTS, Contract

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PROGRAMMES = [(new_id(), new_id()) for _ in range(20)]
REFERRERS = [new_id() for _ in range(30)]


def stream(count: int) -> Iterator[Fact]:
    """``count`` facts, story after story."""
    told = 0
    while told < count:
        for number in range(50):
            for fact in one_story(number):
                if told < count:
                    told += 1
                    yield fact


def one_story(number: int) -> list[Fact]:
    """All that is told of one referral."""
    programme, organisation = PROGRAMMES[number % len(PROGRAMMES)]
    referrer = REFERRERS[number % len(REFERRERS)]
    referral, match, supporter = new_id(), new_id(), uuid4()
    session = {"kind": "one-to-one", "programme_id": programme, "organisation_id": organisation, "match_id": match}
    return [
        ReferralCreated(
            referral_id=referral,
            person_id=uuid4(),
            referring_organisation_id=referrer,
            programme_id=programme,
            programme_organisation_id=organisation,
            source="professional",
            received_on=TODAY,
            age_band="45-54",
            district="G12",
            needs=("isolation", "low-mood"),
            conditions=("copd",),
            channels=("in-person", "telephone"),
        ),
        ReferralDecided(
            referral_id=referral,
            programme_id=programme,
            programme_organisation_id=organisation,
            referring_organisation_id=referrer,
            decision="accepted",
        ),
        MatchMade(
            match_id=match,
            proposal_id=new_id(),
            referral_id=referral,
            supporter_id=supporter,
            programme_id=programme,
            organisation_id=organisation,
            review_on=TODAY,
        ),
        *(
            SessionLogged(
                session_id=new_id(),
                referral_id=referral,
                held_on=TODAY,
                outcome="happened",
                minutes=60,
                channel="in-person",
                supporter_ids=(supporter,),
                **session,
            )
            for _ in range(2)
        ),
    ]


def record(fact: Fact) -> tuple[Contract, UUID, bytes, bytes, list[tuple[str, bytes]]]:
    """Contract, id, key, value and headers of a fact, ready to be sent."""
    contract, fact_id = CONTRACTS[type(fact)], new_id()
    headers = wire.headers(contract, id=fact_id, subject=str(fact.story), time=NOW, traceparent=None, tracestate=None)
    return contract, fact_id, str(fact.story.id).encode(), wire.value(fact), headers
