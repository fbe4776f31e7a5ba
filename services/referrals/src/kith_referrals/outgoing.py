"""All that other services may ever learn from referrals: ids, codes, an age band and a postcode district."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.fact import Fact
from kith_contracts.programmes import Definition
from kith_contracts.programmes.terms import ProgrammeTerms, terms_of
from kith_contracts.referrals import (
    ClaimReversed,
    ConsentChanged,
    ConsentEnding,
    HelpAskedFor,
    OrganisationPublished,
    PersonErased,
    ProgrammePublished,
    PromiseMissed,
    ReferralClosed,
    ReferralCreated,
    ReferralDecided,
    ReferralReopened,
    ResultClaimed,
    SharingAgreementPublished,
)
from kith_referrals.domain.claims import Claim
from kith_referrals.domain.definitions import Defined
from kith_referrals.domain.referral import Referral, receiver
from kith_referrals.domain.telling import (
    AgreementTold,
    ClaimTakenBack,
    ClaimTold,
    Closed,
    ConsentEnds,
    ConsentTold,
    Decided,
    Gone,
    HelpTold,
    Made,
    Missed,
    OrganisationTold,
    ProgrammeTold,
    Reopened,
    Telling,
)


def told(*tellings: Telling, now: datetime) -> dict[str, Any]:
    """What a statement that is ``outbox.telling`` records of what is to be told, in this order."""
    return outbox.told(*map(_fact, tellings), now=now)


async def tell(tx: AsyncConnection, *tellings: Telling, now: datetime) -> None:
    """Record what is to be told, in this order, in one statement. The rows the stories are about are locked or made."""
    await outbox.record(tx, *map(_fact, tellings), now=now)


def _fact(telling: Telling) -> Fact:
    return _FACT[type(telling)](telling)


def _ends(referral: Referral) -> dict[str, UUID]:
    """Which referral it is, and between whom: what every fact about one says."""
    return {
        "referral_id": referral.id,
        "programme_id": referral.programme_id,
        "programme_organisation_id": referral.programme_organisation_id,
        "referring_organisation_id": referral.referring_organisation_id,
    }


def _created(made: Made) -> ReferralCreated:
    referral, wish = made.referral, made.wish
    return ReferralCreated(
        **_ends(referral),
        person_id=referral.person_id,
        source=wish.source,
        received_on=wish.received_on,
        age_band=made.age_band,
        district=made.district,
        site=wish.site,
        language=made.language,
        interpreter=made.interpreter,
        needs=wish.needs,
        conditions=wish.conditions,
        interests=wish.interests,
        connections={kind: codes for kind, codes in wish.connections.items() if codes},
        requested=wish.requested,
        channels=wish.channels,
        urgent=wish.urgent,
        before_visiting=made.before_visiting,
        feedback=made.feedback,
    )


def _decided(decided: Decided) -> ReferralDecided:
    referral = decided.referral
    return ReferralDecided(
        **_ends(referral),
        decision=decided.decision,
        reason=referral.decision_reason,
    )


def _consent_changed(told: ConsentTold) -> ConsentChanged:
    return ConsentChanged(
        referral_id=told.referral.id,
        person_id=told.referral.person_id,
        receiving_organisation_id=receiver(told.referral, told.purpose),
        purpose=told.purpose,
        state=told.state,
        feedback=told.feedback,
    )


def _consent_ending(ends: ConsentEnds) -> ConsentEnding:
    referral = ends.referral
    return ConsentEnding(
        **_ends(referral),
        person_id=referral.person_id,
        purpose=ends.purpose,
        ends_on=ends.ends_on,
    )


def _closed(closed: Closed) -> ReferralClosed:
    referral = closed.referral
    if referral.closing_reason is None:
        raise ValueError("a referral that is told closed has a reason")
    return ReferralClosed(
        **_ends(referral),
        reason=referral.closing_reason,
    )


def _reopened(reopened: Reopened) -> ReferralReopened:
    referral = reopened.referral
    return ReferralReopened(
        **_ends(referral),
        reason=reopened.reason,
    )


def _missed(missed: Missed) -> PromiseMissed:
    referral = missed.referral
    return PromiseMissed(
        **_ends(referral),
        promise=missed.promise,
        due_on=missed.due_on,
    )


def _gone(gone: Gone) -> PersonErased:
    return PersonErased(person_id=gone.person_id)


def _organisation(told: OrganisationTold) -> OrganisationPublished:
    organisation = told.organisation
    return OrganisationPublished(
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        kind=organisation.kind,
        ods_code=organisation.ods_code,
        state=organisation.state,
    )


def _programme(told: ProgrammeTold) -> ProgrammePublished:
    programme = told.programme
    return ProgrammePublished(
        programme_id=programme.id,
        organisation_id=programme.organisation_id,
        slug=programme.slug,
        programme_name=programme.name,
        model=programme.model,
        formality=programme.formality,
        minimum_age=programme.minimum_age,
        maximum_age=programme.maximum_age,
        checks_required=programme.checks_required,
        channels=programme.channels,
        weights=dict(programme.weights),
        terms=_terms(told.defined) if told.defined else None,
    )


def _terms(defined: Defined) -> ProgrammeTerms:
    return terms_of(Definition.model_validate(defined.document), defined.version)


def _agreement(told: AgreementTold) -> SharingAgreementPublished:
    agreement = told.agreement
    return SharingAgreementPublished(
        agreement_id=agreement.id,
        sharing_organisation_id=agreement.sharer_id,
        receiving_organisation_id=agreement.receiver_id,
        programme_ids=agreement.programme_ids,
        purposes=agreement.purposes,
        level=agreement.level,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        state=agreement.state,
    )


def _of_household(claim: Claim) -> dict[str, Any]:
    """Which claim it is, whose, and of what: no evidence, and nobody of the household."""
    return {
        "claim_id": claim.id,
        "household_id": claim.household_id,
        "programme_id": claim.programme_id,
        "organisation_id": claim.organisation_id,
        "result": claim.result,
    }


def _claimed(told: ClaimTold) -> ResultClaimed:
    claim = told.claim
    return ResultClaimed(
        **_of_household(claim),
        definition_version=claim.definition_version,
        achieved_on=claim.achieved_on,
        payer_percent=claim.payer_percent,
    )


def _taken_back(told: ClaimTakenBack) -> ClaimReversed:
    return ClaimReversed(**_of_household(told.claim), reason=told.reason, reversed_on=told.on)


def _help(told: HelpTold) -> HelpAskedFor:
    """Of whom it is about, nothing: who answers reads that here."""
    asked, place = told.asked, told.place
    return HelpAskedFor(
        request_id=asked.id,
        organisation_id=asked.organisation_id,
        programme_id=place.programme_id,
        district=place.district,
    )


_FACT: Final[dict[type[Telling], Callable[[Any], Fact]]] = {
    Made: _created,
    Decided: _decided,
    ConsentTold: _consent_changed,
    ConsentEnds: _consent_ending,
    Closed: _closed,
    Reopened: _reopened,
    Missed: _missed,
    Gone: _gone,
    OrganisationTold: _organisation,
    ProgrammeTold: _programme,
    AgreementTold: _agreement,
    ClaimTold: _claimed,
    ClaimTakenBack: _taken_back,
    HelpTold: _help,
}
"""One line for each thing that is told."""
