"""What referrals tells of the network: its organisations, what they offer, and what they share."""

from datetime import date
from uuid import UUID

from pydantic import Field

from kith_contracts.fact import Code, Count, OdsCode, Points, PublicName, Story
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals.topic import ReferralsFact


class OrganisationPublished(ReferralsFact):
    """An organisation's public face as it stands now. Full state: the latest replaces all before it."""

    organisation_id: UUID
    organisation_name: PublicName
    """What the organisation calls itself in public."""
    kind: Code
    """``health-board``, ``charity``, ``council``, ``housing-provider``, ``user-group``, ``funder``."""
    ods_code: OdsCode | None = None
    """Its code in the NHS Organisation Data Service, where it has one."""
    state: Code | None = None
    """``open``, ``closing`` (no new referrals from it or to it), ``closed``. None is ``open``."""

    @property
    def story(self) -> Story:
        """The organisation."""
        return Story("organisation", self.organisation_id)


class ProgrammePublished(ReferralsFact):
    """A programme's offer and its matching policy as they stand now. Full state: the latest replaces all before it."""

    programme_id: UUID
    organisation_id: UUID
    """The organisation whose programme it is."""
    slug: Code
    """The programme's short name in its definition file; it does not change."""
    programme_name: PublicName
    """What the programme calls itself in public."""
    model: Code
    """``one-to-one``, ``group``."""
    formality: Code
    """The formality dial: ``informal``, ``organised``, ``formal``."""
    minimum_age: Count | None = None
    """The youngest it takes, in whole years; none if it sets no such limit."""
    maximum_age: Count | None = None
    """The oldest it takes, in whole years; none if it sets no such limit."""
    checks_required: bool = True
    """Whether a supporter's checks must be in date before a match."""
    channels: tuple[Code, ...] = ()
    """How it meets: ``in-person``, ``telephone``, ``video``, ``text``."""
    weights: dict[Code, Points] = Field(default_factory=dict)
    """Points for each connection: ``condition``, ``experience``, ``impact``, ``interest``, ``profession``, ``faith``,
    ``values``, ``age``, ``status``, ``background``, ``skill``, ``language``, ``place``, ``availability``. A connection
    that is not named is worth nothing."""
    terms: ProgrammeTerms | None = None
    """What its definition holds it to; none where no definition was applied."""

    @property
    def story(self) -> Story:
        """The programme."""
        return Story("programme", self.programme_id)


class SharingAgreementPublished(ReferralsFact):
    """What one organisation may see of another's referrals, as it stands now. Full state: the latest replaces all."""

    agreement_id: UUID
    sharing_organisation_id: UUID
    """Whose referrals they are."""
    receiving_organisation_id: UUID
    """Whose programmes they go to."""
    programme_ids: tuple[UUID, ...] = ()
    """The programmes it covers; none means all of the receiver's."""
    purposes: tuple[Code, ...] = ()
    """``referral``, and whatever else the two agreed on."""
    level: Code
    """``full``, ``codes-until-accepted``."""
    starts_on: date
    """Its first day (Europe/London)."""
    ends_on: date | None = None
    """Its last day (Europe/London); none if it goes on until somebody ends it."""
    state: Code
    """``proposed``, ``signed``, ``ended``."""

    @property
    def story(self) -> Story:
        """The agreement."""
        return Story("agreement", self.agreement_id)
