"""What referrals tells of people who ask for help by their private link: that somebody did, and who answers."""

from uuid import UUID

from kith_contracts.fact import District, Story
from kith_contracts.referrals.topic import ReferralsFact


class HelpAskedFor(ReferralsFact):
    """Somebody asked, without an account, that whoever is on duty gets in touch.

    Whose request it is, is no part of it: whoever follows a referral's facts does not learn that its person asked. Who
    answers reads that where it is kept.
    """

    request_id: UUID
    """A random pseudonym (UUIDv4)."""
    organisation_id: UUID
    """The organisation that answers: the programme's."""
    programme_id: UUID
    district: District | None = None
    """The postcode district for whose duty desk it is; null: not known."""

    @property
    def story(self) -> Story:
        """The request."""
        return Story("help-request", self.request_id)
