"""What the referrals service tells: organisations, programmes, each referral from its making to its close, claims."""

from kith_contracts.referrals.claims import (
    ClaimReversed,
    ResultClaimed,
)
from kith_contracts.referrals.helping import HelpAskedFor
from kith_contracts.referrals.network import (
    OrganisationPublished,
    ProgrammePublished,
    SharingAgreementPublished,
)
from kith_contracts.referrals.referring import (
    ConsentChanged,
    ConsentEnding,
    PersonErased,
    PromiseMissed,
    ReferralClosed,
    ReferralCreated,
    ReferralDecided,
    ReferralReopened,
)
from kith_contracts.referrals.topic import TOPIC, ReferralsFact

__all__ = [
    "TOPIC",
    "ClaimReversed",
    "ConsentChanged",
    "ConsentEnding",
    "HelpAskedFor",
    "OrganisationPublished",
    "PersonErased",
    "ProgrammePublished",
    "PromiseMissed",
    "ReferralClosed",
    "ReferralCreated",
    "ReferralDecided",
    "ReferralReopened",
    "ReferralsFact",
    "ResultClaimed",
    "SharingAgreementPublished",
]
