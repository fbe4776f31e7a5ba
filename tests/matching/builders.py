"""Invented people, supporters and programmes, as a sentence would tell of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from kith_chassis.clock import new_id, new_pseudonym
from kith_matching.domain.checks import Body, CheckRecord, Decision, Eligibility
from kith_matching.domain.match import Match
from kith_matching.domain.proposal import Answer, Answered, Proposal, Side, answer, propose
from kith_matching.domain.referral import Programme, Referral
from kith_matching.domain.rules import Pair
from kith_matching.domain.supporter import Load, Supporter, SupporterState
from kith_matching.domain.training import TrainingRecord

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
ORGANISATION = UUID("0190aaaa-0000-7000-8000-000000000001")
OTHER_ORGANISATION = UUID("0190bbbb-0000-7000-8000-000000000002")
WEIGHTS = {"condition": 40, "experience": 30, "interest": 20, "language": 5, "place": 5}


def a_programme(**different: Any) -> Programme:
    """A one-to-one programme for adults that asks for checks."""
    usual = Programme(
        id=new_id(),
        organisation_id=ORGANISATION,
        name="Long term conditions",
        minimum_age=18,
        maximum_age=None,
        checks_required=True,
        channels=(),
        weights=WEIGHTS,
    )
    return replace(usual, **different)


def a_referral(programme: Programme, **different: Any) -> Referral:
    """An accepted referral of somebody in Glasgow with diabetes who feels isolated and likes gardening."""
    usual = Referral(
        id=new_id(),
        person_id=new_pseudonym(),
        programme_id=programme.id,
        organisation_id=programme.organisation_id,
        received_on=TODAY - 20 * DAY,
        age_band="45-54",
        district="G12",
        language="en",
        needs=("isolation",),
        conditions=("type-2-diabetes",),
        interests=("gardening",),
        requested=(),
        channels=("in-person", "telephone"),
        urgent=False,
        decision="accepted",
    )
    return replace(usual, **different)


def a_supporter(*programmes: Programme, **different: Any) -> Supporter:
    """An active supporter in Glasgow with one place, who lives with diabetes themself."""
    usual = Supporter(
        id=new_pseudonym(),
        organisation_id=ORGANISATION,
        name="Sam Testwell",
        email="sam.testwell@example.org",
        telephone="07700 900456",
        programme_ids=tuple(programme.id for programme in programmes),
        state=SupporterState.ACTIVE,
        capacity=1,
        experience=("isolation",),
        conditions=("type-2-diabetes",),
        interests=("gardening",),
        languages=("en",),
        districts=("G12",),
        channels=("in-person", "telephone"),
        meets=(),
        checks_valid_until=TODAY + 100 * DAY,
    )
    return replace(usual, **different)


def a_check(**different: Any) -> CheckRecord:
    """An enhanced check for work with adults that was found suitable a month ago."""
    usual = CheckRecord(
        id=new_id(),
        supporter_id=new_pseudonym(),
        organisation_id=ORGANISATION,
        body=Body.DBS,
        level="enhanced",
        workforce="adult",
        eligibility=Eligibility.ELIGIBLE,
        eligibility_reason="regulated-activity",
        issued_on=TODAY - 30 * DAY,
        looked_at_on=TODAY - 30 * DAY,
        next_look_on=None,
        decision=Decision.SUITABLE,
        number_ends="0042",
    )
    return replace(usual, **different)


def a_training(code: str, finished_on: date = TODAY, **different: Any) -> TrainingRecord:
    """A training of a supporter, finished on that day, which does not run out."""
    usual = TrainingRecord(
        id=new_id(), organisation_id=ORGANISATION, code=code, finished_on=finished_on, supporter_id=new_pseudonym()
    )
    return replace(usual, **different)


def a_pair(
    referral: dict[str, Any] | None = None,
    supporter: dict[str, Any] | None = None,
    programme: dict[str, Any] | None = None,
    **different: Any,
) -> Pair:
    """Two who suit one another, but for what is said to be different."""
    offered = a_programme(**(programme or {}))
    usual = Pair(
        referral=a_referral(offered, **(referral or {})),
        programme=offered,
        supporter=a_supporter(offered, **(supporter or {})),
        load=Load(),
    )
    return replace(usual, **different)


def a_proposal(pair: Pair, now: datetime = NOW) -> Proposal:
    """The pair, proposed."""
    return propose(pair, matched=False, proposed=False, proposal_id=new_id(), today=TODAY, now=now)


def answered(proposal: Proposal, pair: Pair, by: Side, said: Answer, now: datetime = NOW) -> Answered:
    """The proposal after an answer."""
    return answer(proposal, by, said, pair, today=TODAY, now=now)


def a_match(**different: Any) -> Match:
    """A match made a month ago."""
    usual = Match(
        id=new_id(),
        proposal_id=new_id(),
        referral_id=new_id(),
        supporter_id=new_pseudonym(),
        programme_id=new_id(),
        organisation_id=ORGANISATION,
        made_on=TODAY - 30 * DAY,
        review_on=TODAY + 12 * DAY,
    )
    return replace(usual, **different)
