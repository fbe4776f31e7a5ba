"""What referrals tells of each referral, from its making to its close; and that somebody was erased."""

from datetime import date
from uuid import UUID

from pydantic import Field

from kith_contracts.fact import AgeBand, Code, District, Language, Story
from kith_contracts.referrals.topic import ReferralsFact


class ReferralCreated(ReferralsFact):
    """A referral was made and its consent allows the programme's organisation to know."""

    referral_id: UUID
    person_id: UUID
    """A random pseudonym (UUIDv4): it says neither who the person is nor when they came."""
    referring_organisation_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose programme it is."""
    source: Code
    """Who asked: ``professional``, ``self``, ``on-behalf``."""
    received_on: date
    """The day the referrer asked (Europe/London)."""
    age_band: AgeBand = "unknown"
    """Ten years of age (``35-44``), ``85-plus``, or ``unknown``."""
    district: District | None = None
    """The outward half of the person's postcode."""
    site: Code | None = None
    """The site of the programme, one of those in its terms; null: not said."""
    language: Language = "en"
    """The language the person wants to be supported in, as ISO 639 writes it."""
    interpreter: Language | None = None
    """The language of the interpreter whom the person asked for, where their supporter does not speak theirs; null:
    none was asked for."""
    needs: tuple[Code, ...] = ()
    """Why support may help, for example ``isolation``, ``low-mood``, ``anxiety``, ``newly-diagnosed``."""
    conditions: tuple[Code, ...] = ()
    """Conditions the person lives with, none of them primary, for example ``diabetes``, ``dementia``."""
    interests: tuple[Code, ...] = ()
    """What the person likes to do, for example ``gardening``."""
    connections: dict[Code, tuple[Code, ...]] = Field(default_factory=dict)
    """What else the person would like to share with a supporter, and said so themself, by connection: ``impact``,
    ``profession``, ``faith``, ``values``, ``status``, ``background``; what they would like help with (``skill``); when
    they can (``availability``); where they live, learn or are cared for (``setting``)."""
    requested: tuple[Code, ...] = ()
    """What the person asked of a supporter, for example ``women-only``."""
    channels: tuple[Code, ...] = ()
    """The ways the person agreed to meet: ``in-person``, ``telephone``, ``video``, ``text``."""
    urgent: bool = False
    """Whether the referrer asked for it to be looked at first."""
    before_visiting: bool | None = None
    """Whether something is recorded that whoever visits must know before they go; null: an older release told it. What
    it is stands in no fact: whoever organises reads it with the referral."""
    feedback: Code | None = None
    """How much the person agreed that the referrer hears: ``receipt`` (that it was received), ``decision`` (also
    whether it was accepted, and why not), ``progress`` (also a match, and the first session), ``outcome`` (also how it
    ended). None is ``outcome``."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ReferralDecided(ReferralsFact):
    """The programme's organisation said what it will do; or the person took the place that it held for them."""

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose programme it is."""
    referring_organisation_id: UUID
    decision: Code
    """``accepted``, ``declined``; ``waiting``: yes when there is room; ``held``: yes, if the person chooses this one of
    several programmes, and then ``accepted``; ``redirected``: another programme would be better; ``not-yet``: the
    person is not ready, and is asked again on a day."""
    reason: Code | None = None
    """Why it was declined: ``not-suitable``, ``out-of-area``, ``no-capacity``, ``needs-another-service``,
    ``could-not-contact``, ``organisation-closed``. None otherwise."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ConsentChanged(ReferralsFact):
    """What the person agreed to changed: one purpose, one receiving organisation."""

    referral_id: UUID
    person_id: UUID
    """A random pseudonym (UUIDv4)."""
    receiving_organisation_id: UUID
    """The organisation that may, or may no longer."""
    purpose: Code
    """``share-referral``, ``tell-referrer``, ``contact-person``."""
    state: Code
    """``granted``, ``withdrawn``, ``expired`` (the day until which the person agreed has passed)."""
    feedback: Code | None = None
    """For ``tell-referrer``: how much the referrer hears from now on, as in referral-created. None is no change."""

    @property
    def story(self) -> Story:
        """The referral the consent is for."""
        return Story("referral", self.referral_id)


class ConsentEnding(ReferralsFact):
    """A consent was found whose last day is near: whoever relies on it can ask the person in time."""

    referral_id: UUID
    person_id: UUID
    """A random pseudonym (UUIDv4)."""
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose programme it is."""
    referring_organisation_id: UUID
    purpose: Code
    """``share-referral``, ``tell-referrer``, ``contact-person``."""
    ends_on: date
    """Its last day (Europe/London)."""

    @property
    def story(self) -> Story:
        """The referral the consent is for."""
        return Story("referral", self.referral_id)


class ReferralClosed(ReferralsFact):
    """Nothing more will happen to the referral unless it is reopened."""

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose programme it is."""
    referring_organisation_id: UUID
    reason: Code
    """``withdrawn``, ``declined``, ``redirected``, ``released`` (the person chose another programme),
    ``consent-withdrawn`` and ``consent-expired`` (before anybody took it on), ``support-ended``, ``could-not-contact``,
    ``moved-away``, ``died``, ``entered-in-error``, ``organisation-closed``."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ReferralReopened(ReferralsFact):
    """A referral that was over is open again, with its history: it is to be decided anew."""

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose programme it is."""
    referring_organisation_id: UUID
    reason: Code
    """``person-came-back``, ``closed-in-error``, ``circumstances-changed``."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class PromiseMissed(ReferralsFact):
    """A clock ran out: a referral was not acknowledged, not decided or not taken on by the day it should have been."""

    referral_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    """The organisation whose promise it was."""
    referring_organisation_id: UUID
    promise: Code
    """``acknowledge``, ``decide``, ``take-on`` (waited longer than the programme says one waits), ``look-again`` (the
    day came on which somebody not ready yet was to be asked again)."""
    due_on: date
    """The last day on which it would have been kept (Europe/London)."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class PersonErased(ReferralsFact):
    """Somebody's record was erased: every service forgets what it knows by this pseudonym, and keeps it forgotten."""

    person_id: UUID
    """A random pseudonym (UUIDv4), which from now on links to nobody."""

    @property
    def story(self) -> Story:
        """The person."""
        return Story("person", self.person_id)
