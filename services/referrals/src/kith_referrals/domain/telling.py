"""What there is to tell: each thing that other services may hear of, as the domain says it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kith_referrals.domain.agreement import Agreement
from kith_referrals.domain.claims import Claim, Reason
from kith_referrals.domain.consent import Feedback, Purpose, State
from kith_referrals.domain.definitions import Defined
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.promises import Promise
from kith_referrals.domain.referral import Referral, Wish
from kith_referrals.domain.self_referral.help_request import HelpRequest, Place


@dataclass(frozen=True, slots=True)
class Made:
    """To tell: a referral was made, as far as others may know it.

    ``before_visiting`` says that there is something to read before anybody visits, and never what.
    """

    referral: Referral
    wish: Wish
    age_band: str
    district: str | None
    language: str
    feedback: Feedback
    before_visiting: bool
    interpreter: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """To tell: what the programme's organisation said, or that its held place was taken. ``decision`` is a code."""

    referral: Referral
    decision: str


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """To tell: the person's word on one purpose changed. ``feedback`` is how much the referrer hears from now on."""

    referral: Referral
    purpose: Purpose
    state: State
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class ConsentEnds:
    """To tell: the last day (Europe/London) of the person's word on one purpose is near."""

    referral: Referral
    purpose: Purpose
    ends_on: date


@dataclass(frozen=True, slots=True)
class Closed:
    """To tell: nothing more will happen."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class Reopened:
    """To tell: what was over is open again, and why."""

    referral: Referral
    reason: str


@dataclass(frozen=True, slots=True)
class Missed:
    """To tell: a promise was not kept by the day on which it was due."""

    referral: Referral
    promise: Promise
    due_on: date


@dataclass(frozen=True, slots=True)
class Gone:
    """To tell: the person was erased."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class OrganisationTold:
    """To tell: an organisation as it stands now."""

    organisation: Organisation


@dataclass(frozen=True, slots=True)
class ProgrammeTold:
    """To tell: a programme as it stands now, with the definition in force."""

    programme: Programme
    defined: Defined | None = None


@dataclass(frozen=True, slots=True)
class AgreementTold:
    """To tell: a sharing agreement as it stands now."""

    agreement: Agreement


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """To tell: a result of a household was claimed."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class ClaimTakenBack:
    """To tell: a claim was taken back, and why."""

    claim: Claim
    reason: Reason
    on: date


@dataclass(frozen=True, slots=True)
class HelpTold:
    """To tell: a person asked by their private link that somebody on duty gets in touch."""

    asked: HelpRequest
    place: Place


Telling = (
    Made
    | Decided
    | ConsentTold
    | ConsentEnds
    | Closed
    | Reopened
    | Missed
    | Gone
    | OrganisationTold
    | ProgrammeTold
    | AgreementTold
    | ClaimTold
    | ClaimTakenBack
    | HelpTold
)
"""Everything this service ever tells."""
