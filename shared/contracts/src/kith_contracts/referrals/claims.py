"""What referrals tells of claims: results of households, paid for once."""

from datetime import date
from uuid import UUID

from kith_contracts.fact import Code, Count, Percentage, Story
from kith_contracts.referrals.topic import ReferralsFact


class ResultClaimed(ReferralsFact):
    """A result of a household that held for as long as its programme's file asks was claimed from the payer, once."""

    claim_id: UUID
    household_id: UUID
    """A random pseudonym (UUIDv4): it says neither who is in the household nor when they came."""
    programme_id: UUID
    organisation_id: UUID
    """Who claims: the organisation whose programme it is."""
    result: Code
    """What was achieved, as the programme's file names it: ``school-attendance``, ``continuous-work``."""
    definition_version: Count
    """The version of the programme's file by whose rule it is claimed."""
    achieved_on: date
    """The day from which it holds (Europe/London)."""
    payer_percent: Percentage
    """The payer's share, as that version has it; the claimant bears the rest."""

    @property
    def story(self) -> Story:
        """The claim."""
        return Story("claim", self.claim_id)


class ClaimReversed(ReferralsFact):
    """A claim was taken back by whoever made it. The result may be claimed anew."""

    claim_id: UUID
    household_id: UUID
    """A random pseudonym (UUIDv4)."""
    programme_id: UUID
    organisation_id: UUID
    """Whose claim it was."""
    result: Code
    """What had been claimed."""
    reason: Code
    """``relapsed``, ``entered-in-error``, ``evidence-missing``."""
    reversed_on: date
    """The day on which it was taken back (Europe/London)."""

    @property
    def story(self) -> Story:
        """The claim."""
        return Story("claim", self.claim_id)
