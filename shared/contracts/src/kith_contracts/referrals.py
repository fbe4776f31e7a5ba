"""What the referrals service tells: organisations, programmes, and each referral from its making to its close."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from kith_contracts.fact import AgeBand, Code, District, Fact, Language, Story

TOPIC = "kith.referrals.v1"


class ReferralsFact(Fact):
    """A fact told by referrals."""

    topic: ClassVar[str] = TOPIC


class OrganisationPublished(ReferralsFact):
    """An organisation's public face as it stands now. Full state: the latest replaces all before it.

    Kinds: ``health-board``, ``charity``, ``council``, ``housing-provider``, ``user-group``, ``funder``.
    """

    organisation_id: UUID
    organisation_name: str
    kind: Code
    ods_code: str | None = None

    @property
    def story(self) -> Story:
        """The organisation."""
        return Story("organisation", self.organisation_id)


class ProgrammePublished(ReferralsFact):
    """A programme's offer and its matching policy as they stand now. Full state: the latest replaces all before it.

    Formalities: ``informal``, ``organised``, ``formal`` (the formality dial). Models: ``one-to-one``, ``group``.
    Weights say how many points each connection is worth (``condition``, ``experience``, ``interest``, ``language``,
    ``place``); a connection that is not named is worth nothing.
    """

    programme_id: UUID
    organisation_id: UUID
    slug: Code
    programme_name: str
    model: Code
    formality: Code
    minimum_age: int | None = None
    maximum_age: int | None = None
    checks_required: bool = True
    channels: tuple[Code, ...] = ()
    weights: dict[Code, int] = {}

    @property
    def story(self) -> Story:
        """The programme."""
        return Story("programme", self.programme_id)


class ReferralCreated(ReferralsFact):
    """A referral was made and its consent allows the programme's organisation to know.

    ``person_id`` is a random pseudonym. ``received_on`` is the day the referrer asked (Europe/London). Sources:
    ``professional``, ``self``, ``on-behalf``. ``requested`` holds what the person asked of a supporter, for example
    ``women-only``. ``channels`` are the ways they agreed to meet: ``in-person``, ``telephone``, ``video``.
    """

    referral_id: UUID
    person_id: UUID
    referring_organisation_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    source: Code
    received_on: date
    age_band: AgeBand = "unknown"
    district: District | None = None
    language: Language = "en"
    needs: tuple[Code, ...] = ()
    conditions: tuple[Code, ...] = ()
    interests: tuple[Code, ...] = ()
    requested: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()
    urgent: bool = False

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ReferralDecided(ReferralsFact):
    """The programme's organisation took the referral on, or declined it with a reason.

    Decisions: ``accepted``, ``declined``. Reasons to decline: ``not-suitable``, ``out-of-area``, ``no-capacity``,
    ``needs-another-service``, ``could-not-contact``.
    """

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    referring_organisation_id: UUID
    decision: Code
    reason: Code | None = None

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ConsentChanged(ReferralsFact):
    """What the person agreed to changed: one purpose, one receiving organisation.

    Purposes: ``share-referral``, ``tell-referrer``, ``contact-person``. States: ``granted``, ``withdrawn``.
    """

    referral_id: UUID
    person_id: UUID
    receiving_organisation_id: UUID
    purpose: Code
    state: Code

    @property
    def story(self) -> Story:
        """The referral the consent is for."""
        return Story("referral", self.referral_id)


class ReferralClosed(ReferralsFact):
    """Nothing more will happen to the referral unless it is reopened.

    Reasons: ``withdrawn``, ``declined``, ``support-ended``, ``could-not-contact``, ``moved-away``, ``died``,
    ``entered-in-error``.
    """

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    referring_organisation_id: UUID
    reason: Code

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)
