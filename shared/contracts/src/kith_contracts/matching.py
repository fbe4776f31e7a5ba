"""What the matching service tells: supporters, proposals and their answers, matches, sessions, contacts, endings."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kith_contracts.fact import Code, District, Fact, Story

TOPIC = "kith.matching.v1"


class MatchingFact(Fact):
    """A fact told by matching."""

    topic: ClassVar[str] = TOPIC


class SupporterChanged(MatchingFact):
    """A supporter as others may know them now. Full state: the latest replaces all before it.

    States: ``active``, ``paused``, ``left``. ``capacity`` is how many people at once the supporter chose.
    """

    supporter_id: UUID
    organisation_id: UUID
    programme_ids: tuple[UUID, ...]
    state: Code
    capacity: int

    @property
    def story(self) -> Story:
        """The supporter."""
        return Story("supporter", self.supporter_id)


class ScorePart(BaseModel):
    """One named reason in a proposal's score, with the points it gave."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    connection: Code
    points: int


class MatchProposed(MatchingFact):
    """A coordinator proposed a pair, for reasons that are named. ``score`` is the sum of ``parts``."""

    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    score: int
    parts: tuple[ScorePart, ...] = ()

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class ProposalAnswered(MatchingFact):
    """One side answered a proposal. The person answers first, the supporter second.

    Answered by: ``person``, ``supporter``. Answers: ``yes``, ``no``, ``lapsed``.
    """

    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    answered_by: Code
    answer: Code

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class MatchMade(MatchingFact):
    """Both sides agreed: from now on they know who the other is. ``review_on`` is the first planned review."""

    match_id: UUID
    proposal_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    review_on: date

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)


class SessionLogged(MatchingFact):
    """One occasion of support, one-to-one or group.

    A one-to-one session names its referral and match and keeps the referral's order; a group meeting names its group
    and who of the referred attended, and keeps the group's. Kinds: ``one-to-one``, ``group``. Outcomes: ``happened``,
    ``did-not-happen``, ``cancelled``. Channels: ``in-person``, ``telephone``, ``video``, ``text``.
    """

    session_id: UUID
    kind: Code
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    outcome: Code
    minutes: int
    channel: Code
    topics: tuple[Code, ...] = ()
    supporter_ids: tuple[UUID, ...] = ()
    referral_id: UUID | None = None
    match_id: UUID | None = None
    group_id: UUID | None = None
    attended_referral_ids: tuple[UUID, ...] = ()

    @property
    def story(self) -> Story:
        """The referral of a one-to-one session, else the group, else the session itself."""
        if self.referral_id is not None:
            return Story("referral", self.referral_id)
        if self.group_id is not None:
            return Story("group", self.group_id)
        return Story("session", self.session_id)


class ContactLogged(MatchingFact):
    """An occasion with people who are not referred and not named; it belongs to the organisation.

    Kinds: ``outreach``, ``drop-in``, ``listening``, ``taster``. ``people`` is a headcount.
    """

    contact_id: UUID
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    kind: Code
    people: int
    topics: tuple[Code, ...] = ()
    district: District | None = None
    supporter_id: UUID | None = None

    @property
    def story(self) -> Story:
        """The contact."""
        return Story("contact", self.contact_id)


class MatchEnded(MatchingFact):
    """A match came to its end.

    Endings: ``planned``, ``unplanned``, ``moved-on``, ``moved-to-group``, ``did-not-suit``, ``did-not-take-place``,
    ``died``.
    """

    match_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    ending: Code

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)
