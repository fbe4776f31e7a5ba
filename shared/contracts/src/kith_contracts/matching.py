"""What matching tells: supporters and their supervision, proposals, matches, what took place, measures, quality."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kith_contracts.fact import Code, Count, District, Fact, Percentage, Points, Story

TOPIC = "kith.matching.v1"


class MatchingFact(Fact):
    """A fact told by matching."""

    topic: ClassVar[str] = TOPIC


class SupporterChanged(MatchingFact):
    """A supporter as others may know them now. Full state: the latest replaces all before it."""

    supporter_id: UUID
    """A random pseudonym (UUIDv4): it says neither who the supporter is nor when they came."""
    organisation_id: UUID
    """The organisation the supporter belongs to."""
    programme_ids: tuple[UUID, ...]
    """The programmes they support in."""
    state: Code
    """``application``, ``selection``, ``training``, ``checks``, ``ready``, ``active``, ``resting``, ``left``; once
    ``paused`` for ``resting``."""
    capacity: Count
    """How many people at once the supporter chose."""

    @property
    def story(self) -> Story:
        """The supporter."""
        return Story("supporter", self.supporter_id)


class SupervisionLogged(MatchingFact):
    """A supporter was supervised. What was said is no part of it.

    Those who were supervised together have a fact each.
    """

    supervision_id: UUID
    supporter_id: UUID
    organisation_id: UUID
    """The organisation the supporter belongs to."""
    kind: Code
    """``one-to-one``, ``group``."""
    held_on: date
    """The day of it (Europe/London)."""
    minutes: Count
    """How long it took."""

    @property
    def story(self) -> Story:
        """The supporter."""
        return Story("supporter", self.supporter_id)


class ScorePart(BaseModel):
    """One named reason in a proposal's score, with the points it gave."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    connection: Code
    """``condition``, ``experience``, ``interest``, ``language``, ``place``."""
    points: Points
    """What the connection was worth under the programme's policy."""


class MatchProposed(MatchingFact):
    """A coordinator proposed a pair, for reasons that are named."""

    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    score: Points
    """The sum of the parts."""
    parts: tuple[ScorePart, ...] = ()
    """The named reasons, each with the points it gave."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ProposalAnswered(MatchingFact):
    """One side answered a proposal. The person answers first, the supporter second."""

    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    answered_by: Code
    """``person``, ``supporter``."""
    answer: Code
    """``yes``, ``no``, ``lapsed`` (nobody answered in time), ``withdrawn`` (taken back, for example
    because the referral closed or its consent went)."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class MatchMade(MatchingFact):
    """Both sides agreed: from now on they know who the other is."""

    match_id: UUID
    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    review_on: date
    """The day of the first planned review."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class SessionLogged(MatchingFact):
    """One occasion of support, one-to-one or group.

    A one-to-one session names its referral and match and keeps the referral's order; a group meeting names its group
    and who of the referred attended, and keeps the group's. One that is corrected is told again, whole, with the same
    ``session_id``: what is told last stands.
    """

    session_id: UUID
    kind: Code
    """``one-to-one``, ``group``."""
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    """The day it was held, or was to be held (Europe/London)."""
    outcome: Code
    """``happened``, ``did-not-happen``, ``cancelled``."""
    minutes: Count
    """How long it took; 0 if it did not happen."""
    channel: Code
    """``in-person``, ``telephone``, ``video``, ``text``."""
    topics: tuple[Code, ...] = ()
    """What it was about, in the programme's own codes."""
    supporter_ids: tuple[UUID, ...] = ()
    """The supporters who gave the session."""
    referral_id: UUID | None = None
    """The referral, if it was one-to-one."""
    match_id: UUID | None = None
    """The match, if it was one-to-one."""
    group_id: UUID | None = None
    """The group, if it was a meeting of one."""
    attended_referral_ids: tuple[UUID, ...] = ()
    """The referrals of those who attended a group meeting."""

    @property
    def story(self) -> Story:
        """The referral of a one-to-one session, else the group, else the session itself."""
        if self.referral_id is not None:
            return Story("referral", self.referral_id)
        if self.group_id is not None:
            return Story("group", self.group_id)
        return Story("session", self.session_id)


class ContactLogged(MatchingFact):
    """An occasion with people who are not referred and not named; it belongs to the organisation."""

    contact_id: UUID
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    """The day of it (Europe/London)."""
    kind: Code
    """``outreach``, ``drop-in``, ``listening``, ``taster``."""
    people: Count
    """How many were there."""
    topics: tuple[Code, ...] = ()
    """What it was about, in the programme's own codes."""
    district: District | None = None
    """The outward half of the postcode of the place."""
    supporter_id: UUID | None = None
    """The supporter who was there, if one was."""

    @property
    def story(self) -> Story:
        """The contact."""
        return Story("contact", self.contact_id)


class MeasureRecorded(MatchingFact):
    """A person answered an outcome instrument, or its score was imported. What they answered is no part of it.

    Neither answers nor score nor risk is ever told: how somebody is belongs to whoever supports them.
    """

    measurement_id: UUID
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    """The programme's organisation."""
    instrument: Code
    """``ons4``, ``swemwbs``, ``core-10``."""
    instrument_version: Code
    """The version of the instrument, or of what reckoned an imported score."""
    moment: Code
    """``baseline``, ``review``, ``ending``, ``follow-up``."""
    taken_on: date
    """The day on which it was answered (Europe/London)."""
    late: bool
    """Whether it is a baseline that was answered after the second session."""
    scored: bool
    """Whether enough was answered for a score: only then is it half of a matched pair."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class MatchEnded(MatchingFact):
    """A match came to its end."""

    match_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    ending: Code
    """``planned``, ``unplanned``, ``moved-on``, ``moved-to-group``, ``did-not-suit``, ``did-not-take-place``,
    ``died``."""
    waits_again: bool | None = None
    """Whether the person waits for another match: this one came to nothing, their need did not. None: not said."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ProgrammeQualityCounted(MatchingFact):
    """What can be said now of a programme's supporters taken together. Full state: the latest replaces all before it.

    Told only when it changes, and never with the counts behind it.
    """

    programme_id: UUID
    organisation_id: UUID
    checks_current: Percentage | None = None
    """The share of its active supporters whose checks are valid; null for fewer than 25, or where it asks for none."""
    supervision_on_time: Percentage | None = None
    """The share of them who are supervised in the programme's rhythm; null for fewer than 25, or where it has none."""
    training_held: Percentage | None = None
    """The share of them who hold every training that it asks for, in date; null for fewer than 25, or where it asks for
    none."""

    @property
    def story(self) -> Story:
        """The programme."""
        return Story("programme", self.programme_id)


class NoFeasibleSupporter(MatchingFact):
    """Somebody waits whom no supporter of the programme could take today: told on the day it is true, not months later.

    Told once, and again while it lasts only where other rules stand in the way than before. That it is over is not
    told: a proposal follows, or none.
    """

    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    """The programme's organisation."""
    rules: tuple[Code, ...]
    """The rules that stop the supporters for whom the fewest rules stand in the way, in alphabetical order:
    ``age-outside-programme``, ``checks-out-of-date``, ``language-not-shared``, ``no-capacity``, ``no-way-to-meet``,
    ``request-not-met``, ``said-no`` …; ``no-suitable-supporter`` alone where nothing may be said, or nobody is there.
    """
    would_change: Code | None = None
    """The one rule that alone stops the most supporters; null where each is stopped by more than one."""
    supporters: Count = 0
    """How many supporters that rule alone stops."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)
