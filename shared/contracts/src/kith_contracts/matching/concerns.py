"""What matching tells of what must be seen to: concerns, and what fell due. Ids, clocks and routing; nothing else."""

from datetime import date
from uuid import UUID

from kith_contracts.fact import Code, Count, Moment, Story
from kith_contracts.matching.topic import MatchingFact


class ConcernRaised(MatchingFact):
    """Something must be seen to by somebody whose duty it is, whether or not the person agrees.

    Whom it is about, what was seen and who said so are no part of it: who answers reads that where it is kept.
    """

    concern_id: UUID
    organisation_id: UUID
    """The organisation that answers."""
    programme_id: UUID | None = None
    desk_id: UUID | None = None
    """The duty desk of the area; null: there is none, and the organisation's own address is written to."""
    acknowledge_by: Moment
    """When it is passed on to the next in line unless somebody has said that they see to it."""
    decide_by: Moment
    """When it is passed on unless somebody has decided."""
    pass_on_minutes: Count
    """How long each in line has before the next is told."""

    @property
    def story(self) -> Story:
        """The concern: whoever follows a referral's facts does not learn that there is one."""
        return Story("concern", self.concern_id)


class ConcernAnswered(MatchingFact):
    """Somebody whose duty it is answered a concern. What they decided is no part of it."""

    concern_id: UUID
    organisation_id: UUID
    """The organisation that answers."""
    answer: Code
    """``acknowledged``, ``decided``."""

    @property
    def story(self) -> Story:
        """The concern."""
        return Story("concern", self.concern_id)


class SharingFellDue(MatchingFact):
    """Something of a concern was told without agreement, and whoever was told has not answered by the day: told once.

    Whom it was told, what, and whom it is about are no part of it.
    """

    sharing_id: UUID
    concern_id: UUID
    organisation_id: UUID
    """The organisation that answers the concern, and asks again."""
    desk_id: UUID | None = None
    """Its duty desk; null: there is none, and the organisation's own address is written to."""
    due_on: date
    """The day by which an answer was to come (Europe/London)."""

    @property
    def story(self) -> Story:
        """The concern."""
        return Story("concern", self.concern_id)


class WorkFellDue(MatchingFact):
    """Something is due that a coordinator sees to: told once, on the day, and never again for the same day due.

    It says that somebody looks, and at what. What a person said of their support, or that they may have come to depend
    on it, is never said of a pseudonym: both are ``look-at-match``, or ``look-at-support`` of somebody who comes to a
    group, a course or a listener, and who looks reads there what it is.
    """

    work_id: UUID
    organisation_id: UUID
    """The organisation whose coordinators see to it."""
    programme_id: UUID | None = None
    kind: Code
    """What is due, as in the coordinators' worklist: ``look-for-visitor``, ``hold-session``, ``get-in-touch``,
    ``see-to-group``, ``supervise``, ``review``, ``ask-whether-it-helps``, ``ask-measures``, ``see-to-ending``,
    ``prepare-ending``, ``tell-supporter`` (a match ended because of something that came from elsewhere),
    ``arrange-cover`` (its supporter rests or has left), ``book-interpreter``; and ``look-at-match``,
    ``look-at-support``."""
    about_kind: Code
    """What it is about: ``match``, ``referral``, ``supporter``, ``group``."""
    about_id: UUID
    referral_id: UUID | None = None
    """The referral, where it is about it or its match."""
    due_on: date
    """The first day on which it is to be seen to (Europe/London): of what had to be done by a day, the day after."""
    at_once: bool = False
    """Whether it cannot wait for the next look at the worklist: a visitor is looked for, a match or somebody's support
    is looked at now, a supporter is told, somebody else is found."""

    @property
    def story(self) -> Story:
        """The referral where there is one, else what it is about."""
        if self.referral_id is not None:
            return Story("referral", self.referral_id)
        return Story(self.about_kind, self.about_id)
