"""What matching tells of what took place: sessions, contacts, measures."""

from datetime import date
from uuid import UUID

from kith_contracts.fact import Code, Count, District, Story
from kith_contracts.matching.topic import MatchingFact


class SessionLogged(MatchingFact):
    """One occasion of support of one person: a session of their match, or a group's meeting at which they were.

    A one-to-one session names its referral and match. A meeting is one fact for each of the referred who was there,
    keyed by the referral, and all of them name its group and its ``meeting_id``: who counts meetings, minutes or
    supporters' hours counts each ``meeting_id`` once, who counts people each ``session_id``. A meeting that nobody
    referred attended, or that was not held, is one fact keyed by the group, whose ``session_id`` is the meeting's.

    What is corrected is told again, whole, with the same ``session_id``: what is told last of each stands. A record of
    a meeting that no longer holds is told with the outcome ``taken-back`` and counts for nothing: its person was not
    there after all; or somebody was, so that the meeting's own fact is not needed any more. A session that is void is
    told so too, of everybody.
    """

    session_id: UUID
    """The session; of a group's meeting, the record of the one who was there."""
    kind: Code
    """``one-to-one``, ``group``."""
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    """The day it was held, or was to be held (Europe/London)."""
    outcome: Code
    """``happened``, ``did-not-happen``, ``cancelled``; ``taken-back``: this record no longer holds."""
    minutes: Count
    """How long it took; 0 if it did not happen."""
    channel: Code
    """``in-person``, ``telephone``, ``video``, ``text``."""
    topics: tuple[Code, ...] = ()
    """What it was about, in the programme's own codes."""
    supporter_ids: tuple[UUID, ...] = ()
    """The supporters who gave the session."""
    referral_id: UUID | None = None
    """The referral of the person, one-to-one or at a meeting; null where nobody referred was there."""
    match_id: UUID | None = None
    """The match, if it was one-to-one."""
    group_id: UUID | None = None
    """The group, if it was a meeting of one."""
    attended_referral_ids: tuple[UUID, ...] = ()
    """Empty. Before ``meeting_id`` a meeting was one fact, and these were the referrals of those who attended it."""
    meeting_id: UUID | None = None
    """The meeting, the same on every record of it; null: one-to-one, or told before there was one."""
    came_as: Code | None = None
    """``pair``: with another who was referred too, and has a record of their own; null: not said."""
    companions: Count = 0
    """How many came with the person to the meeting who are not referred and not named."""

    @property
    def story(self) -> Story:
        """The referral of the person, else the group, else the session itself."""
        if self.referral_id is not None:
            return Story("referral", self.referral_id)
        if self.group_id is not None:
            return Story("group", self.group_id)
        return Story("session", self.session_id)


class ContactLogged(MatchingFact):
    """An occasion with people who are not referred and not named; it belongs to the organisation.

    What is corrected is told again, whole, with the same ``contact_id``: what is told last of each stands. One that is
    void is told with the outcome ``taken-back`` and ``people`` 0, and counts for nothing.
    """

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
    site: Code | None = None
    """The site of the programme, one of those in its terms; null: not said."""
    supporter_id: UUID | None = None
    """The supporter who was there, if one was."""
    outcome: Code = "happened"
    """``happened``; ``taken-back``: what was told no longer holds."""

    @property
    def story(self) -> Story:
        """The contact."""
        return Story("contact", self.contact_id)


class MeasureRecorded(MatchingFact):
    """Somebody answered an outcome instrument, or its score was imported. What they answered is no part of it.

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
    of: Code = "person"
    """Whose answers: the ``person``'s, or those of the ``carer`` who comes with them. Not said: the person's."""

    @property
    def story(self) -> Story:
        """The referral."""
        return Story("referral", self.referral_id)
