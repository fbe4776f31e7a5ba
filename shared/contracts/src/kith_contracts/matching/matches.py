"""What matching tells of pairs: proposed, answered, made, ended; and whom nobody could take."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kith_contracts.fact import Code, Count, Points, Story
from kith_contracts.matching.topic import MatchingFact


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
