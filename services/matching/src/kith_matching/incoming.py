"""Facts in: what the referrals service told, as matching understands it. Other facts on its topic are passed over."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import (
    TOPIC,
    ConsentChanged,
    HelpAskedFor,
    OrganisationPublished,
    PersonErased,
    ProgrammePublished,
    ReferralClosed,
    ReferralCreated,
    ReferralDecided,
    ReferralReopened,
)
from kith_matching.domain.referral import (
    Change,
    Closure,
    ConsentNews,
    Decision,
    HelpAsked,
    News,
    Programme,
    Referral,
    Reopening,
)
from kith_matching.domain.terms import UNDEFINED, CheckAsked, MeasureAsked, Priority, Terms, TrainingAsked
from kith_matching.usecases import hearing

HEARS: Final = (TOPIC,)


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Take a batch in the order of the log; right for any order of other keys."""
    told_at = max(fact.occurred_at for fact in facts)
    await hearing.hear(tx, _news(facts), now=told_at, heard_at=clock.now())


def _news(facts: Sequence[Received]) -> News:
    programmes = {fact.body.programme_id: fact.body for fact in facts if isinstance(fact.body, ProgrammePublished)}
    referrals = {fact.body.referral_id: fact.body for fact in facts if isinstance(fact.body, ReferralCreated)}
    return News(
        programmes=tuple(programme_of(body) for body in programmes.values()),
        referrals=tuple(_referral(body) for body in referrals.values()),
        changes=tuple(change for fact in facts if (change := _change(fact)) is not None),
        help_asked=tuple(_help(fact.body) for fact in facts if isinstance(fact.body, HelpAskedFor)),
        erased={fact.body.person_id: fact.occurred_at for fact in facts if isinstance(fact.body, PersonErased)},
        organisations={
            fact.body.organisation_id: fact.body.organisation_name
            for fact in facts
            if isinstance(fact.body, OrganisationPublished)
        },
    )


def _help(body: HelpAskedFor) -> HelpAsked:
    return HelpAsked(body.request_id, body.organisation_id, body.programme_id, body.district)


def _change(fact: Received) -> Change | None:
    match fact.body:
        case ReferralDecided() as body:
            return Decision(body.referral_id, body.decision, fact.occurred_at)
        case ConsentChanged(purpose="share-referral") as body:
            granted = body.state == "granted"
            return ConsentNews(body.referral_id, body.receiving_organisation_id, granted, fact.occurred_at)
        case ReferralClosed() as body:
            return Closure(body.referral_id, body.reason, clock.today(fact.occurred_at), fact.occurred_at)
        case ReferralReopened() as body:
            return Reopening(body.referral_id, fact.occurred_at)
        case _:
            return None


def programme_of(body: ProgrammePublished) -> Programme:
    """The programme that a fact tells of."""
    return Programme(
        id=body.programme_id,
        organisation_id=body.organisation_id,
        name=body.programme_name,
        minimum_age=body.minimum_age,
        maximum_age=body.maximum_age,
        checks_required=body.checks_required,
        channels=body.channels,
        weights=dict(body.weights),
        terms=_terms(body.terms, body.formality) if body.terms else replace(UNDEFINED, formality=body.formality),
    )


def _terms(told: ProgrammeTerms, formality: str) -> Terms:
    return Terms(
        version=told.definition_version,
        models=told.models,
        components=told.components,
        conditions=told.conditions,
        rules=told.rules,
        related=told.related,
        related_percent=told.related_percent,
        knowing_each_other=told.knowing_each_other,
        getting_to_know=told.getting_to_know,
        different_peers=told.different_peers,
        priority=Priority(told.ageing_per_day, told.scarcity, told.urgent),
        shortlist=told.shortlist,
        answer_hours=told.answer_hours,
        open_offers=told.open_offers,
        round_every_days=told.round_every_days,
        training=tuple(TrainingAsked(one.code, one.valid_months) for one in told.training),
        optional_training=tuple(TrainingAsked(one.code, one.valid_months) for one in told.optional_training),
        low_mood_training=told.low_mood_training,
        checks=tuple(CheckAsked(one.nation, one.body, one.level, one.look_again_months) for one in told.checks),
        steps=told.steps,
        supporter_minimum_age=told.supporter_minimum_age,
        supervision_weeks=told.supervision_weeks,
        disclosure=told.disclosure,
        length_weeks=told.length_weeks,
        review_weeks=told.review_weeks,
        extensions=told.extensions,
        places=told.places,
        waiting_list=told.waiting_list,
        comes_as=told.comes_as,
        slot_times=told.slot_times,
        one_to_one_minutes=told.one_to_one_minutes,
        one_to_one_limit=told.one_to_one_limit,
        missed_after_days=told.missed_after_days,
        at_home=told.at_home,
        measures=tuple(MeasureAsked(one.instrument, one.of, one.at, one.weeks_after_ending) for one in told.measures),
        sites=told.sites,
        formality=formality,
    )


def _referral(body: ReferralCreated) -> Referral:
    return Referral(
        id=body.referral_id,
        person_id=body.person_id,
        programme_id=body.programme_id,
        organisation_id=body.programme_organisation_id,
        received_on=body.received_on,
        age_band=body.age_band,
        district=body.district,
        language=body.language,
        needs=body.needs,
        conditions=body.conditions,
        interests=body.interests,
        connections=body.connections,
        requested=body.requested,
        channels=body.channels,
        urgent=body.urgent,
        before_visiting=body.before_visiting,
        interpreter=body.interpreter,
    )
