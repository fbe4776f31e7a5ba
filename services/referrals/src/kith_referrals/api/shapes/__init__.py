"""What a referral looks like, coming in and going out."""

from kith_referrals.api.shapes.coming import (
    AskedBody,
    ChosenBody,
    ClosureBody,
    DecisionBody,
    DraftBody,
    NoteBody,
    NotYetBody,
    PersonBody,
    ReferralBody,
    ReopeningBody,
    SubmissionBody,
    WishBody,
)
from kith_referrals.api.shapes.going import (
    HouseholdOfReferral,
    PersonRecord,
    PersonView,
    ReferralState,
    ReferralSummary,
    ReferralView,
    Steps,
    StepView,
)

__all__ = [
    "AskedBody",
    "ChosenBody",
    "ClosureBody",
    "DecisionBody",
    "DraftBody",
    "HouseholdOfReferral",
    "NotYetBody",
    "NoteBody",
    "PersonBody",
    "PersonRecord",
    "PersonView",
    "ReferralBody",
    "ReferralState",
    "ReferralSummary",
    "ReferralView",
    "ReopeningBody",
    "StepView",
    "Steps",
    "SubmissionBody",
    "WishBody",
]
