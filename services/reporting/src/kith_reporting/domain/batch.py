"""A batch of facts, folded into one change for each story it tells of.

Why the order of keys and topics does not matter: every column of a story has one writer, which is one key of one
topic, and that key's facts come in order. ``kith.referrals.v1`` alone says who referred, to which programme, when,
and what was decided; ``kith.matching.v1`` alone says what was proposed, matched and ended; sessions, contacts,
messages, supporters and claims each have a row of their own. Counts are taken from rows, never from numbers of facts.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

UNDER_WAY = "under-way"
"""What ``ReferralChange.support`` says between a match and its ending."""

TAKEN_BACK = ""
"""What ``ReferralChange.decision`` and ``closed`` say where what was said before no longer holds. It is no code."""


@dataclass(slots=True)
class ReferralChange:
    """What a batch says of one referral. None says nothing: what was known stays.

    ``decision``, ``closed`` (the reason), ``sharing`` (consent to share), ``proposal`` (the latest answer) and
    ``support`` (``under-way`` or the ending) are codes, kept as they came. ``matched_on`` is the first match's day.
    ``missed_…`` are true where that promise was missed at least once.
    ``site`` is the programme's site to which somebody was referred. The next three are added to what was counted
    before, and come from the rows of sessions and messages. ``district`` is where the person lives: it is counted once,
    with the programme's areas, and no row of a referral holds it.
    """

    referral_id: UUID
    referring_organisation_id: UUID | None = None
    programme_organisation_id: UUID | None = None
    programme_id: UUID | None = None
    received_on: date | None = None
    decision: str | None = None
    closed: str | None = None
    sharing: str | None = None
    proposal: str | None = None
    matched_on: date | None = None
    support: str | None = None
    waits_again: bool | None = None
    missed_acknowledge: bool | None = None
    missed_decide: bool | None = None
    missed_take_on: bool | None = None
    missed_look_again: bool | None = None
    sessions: int = 0
    messages_delivered: int = 0
    messages_failed: int = 0
    site: str | None = None
    district: str | None = None

    def place(self, referring_organisation_id: UUID, programme_organisation_id: UUID, programme_id: UUID) -> None:
        """Say between whom the referral is, as every fact of its own topic does."""
        self.referring_organisation_id = referring_organisation_id
        self.programme_organisation_id = programme_organisation_id
        self.programme_id = programme_id

    def reopen(self) -> None:
        """It is open again, and to be decided anew."""
        self.decision = self.closed = TAKEN_BACK

    def match(self, made_on: date) -> None:
        """A match was made: the wait ended with the first, and support is under way."""
        if self.matched_on is None or made_on < self.matched_on:
            self.matched_on = made_on
        self.support, self.waits_again = UNDER_WAY, False

    def end(self, ending: str, *, waits_again: bool) -> None:
        """The match came to its end; the person may wait for another."""
        self.support, self.waits_again = ending, waits_again

    def tally(self, sessions: int = 0, messages_delivered: int = 0, messages_failed: int = 0) -> None:
        """Add what changed rows of sessions and messages count for."""
        self.sessions += sessions
        self.messages_delivered += messages_delivered
        self.messages_failed += messages_failed


class SessionChange(NamedTuple):
    """A session as it was logged last: of one referral, or of those whose people attended. Nobody is named twice.

    Those with the same ``meeting_id`` are one occasion; None is an occasion of its own. Before each person's record
    was told by itself a meeting was told once, by its own id, and named all of them. ``topics`` are a group's alone.
    """

    session_id: UUID
    organisation_id: UUID
    programme_id: UUID
    held_on: date
    happened: bool
    referral_id: UUID | None
    attended_referral_ids: tuple[UUID, ...]
    meeting_id: UUID | None
    companions: int
    topics: tuple[str, ...] = ()


class MeetingChange(NamedTuple):
    """How many more records say that a group's meeting happened than did before. It counts while one does."""

    meeting_id: UUID
    organisation_id: UUID
    programme_id: UUID
    happened: int


class ContactChange(NamedTuple):
    """An occasion with people who are not named, as it was logged last; one that is void has not ``happened``."""

    contact_id: UUID
    organisation_id: UUID
    programme_id: UUID
    held_on: date
    people: int
    topics: tuple[str, ...] = ()
    district: str | None = None
    site: str | None = None
    happened: bool = True


class AreaChange(NamedTuple):
    """How many more referrals a programme received of people who live in a postcode district."""

    organisation_id: UUID
    programme_id: UUID
    district: str
    received: int


class MessageChange(NamedTuple):
    """What became of a message, and the story it told of."""

    message_id: UUID
    story_kind: str
    story_id: UUID
    delivered: bool


class SupporterChange(NamedTuple):
    """A supporter's state now, and the programmes they support in."""

    supporter_id: UUID
    organisation_id: UUID
    programme_ids: tuple[UUID, ...]
    state: str


class OrganisationChange(NamedTuple):
    """An organisation's public face now."""

    organisation_id: UUID
    name: str


class ProgrammeChange(NamedTuple):
    """A programme's public face now."""

    programme_id: UUID
    organisation_id: UUID
    name: str
    sites: tuple[str, ...] = ()
    proposed: int | None = None
    """How many households the payer of its results hopes for; None where its file names none."""


class ClaimChange(NamedTuple):
    """A claim of a household's result as it was told last: it stands, or was reversed."""

    claim_id: UUID
    organisation_id: UUID
    programme_id: UUID
    household_id: UUID
    result: str
    standing: bool


@dataclass(slots=True)
class Batch:
    """Every story that a batch tells of, once. For whole states the last fact wins, which is the latest of its key."""

    referrals: dict[UUID, ReferralChange] = field(default_factory=dict)
    sessions: dict[UUID, SessionChange] = field(default_factory=dict)
    contacts: dict[UUID, ContactChange] = field(default_factory=dict)
    messages: dict[UUID, MessageChange] = field(default_factory=dict)
    supporters: dict[UUID, SupporterChange] = field(default_factory=dict)
    organisations: dict[UUID, OrganisationChange] = field(default_factory=dict)
    programmes: dict[UUID, ProgrammeChange] = field(default_factory=dict)
    claims: dict[UUID, ClaimChange] = field(default_factory=dict)
    erased: dict[UUID, datetime] = field(default_factory=dict)
    """People who were erased, and when (UTC). No row here names a person, so that nothing is to be taken out of one."""

    def referral(self, referral_id: UUID) -> ReferralChange:
        """What this batch says of the referral so far; a new page where it said nothing."""
        change = self.referrals.get(referral_id)
        if change is None:
            change = self.referrals[referral_id] = ReferralChange(referral_id)
        return change
