"""What matching tells of what took place: sessions, contacts, measures."""

from datetime import date
from uuid import UUID

from kith_contracts.fact import Code, Count, District, Story
from kith_contracts.matching.topic import MatchingFact


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
