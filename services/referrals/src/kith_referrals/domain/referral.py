"""One person's referral: what was asked, how far it has come, who may see it, and what others are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.agreement import Level
from kith_referrals.domain.consent import Consents, Purpose, allows
from kith_referrals.domain.promises import UNSAID, Promise, Terms

RELEASED = "released"
"""Why a referral was closed whose person chose another programme."""


class Status(StrEnum):
    """How far a referral has come."""

    DRAFT = "draft"
    """Kept by who refers, until it is submitted: nobody else sees it, or is told of it."""
    SUBMITTED = "submitted"
    RECEIVED = "received"
    """The programme's organisation has said that it has it."""
    NEEDS_INFORMATION = "needs-information"
    """The programme's organisation asked something, and waits for the answer."""
    NOT_YET = "not-yet"
    """The person is not ready: they are asked again on a day that was named."""
    WAITING = "waiting"
    """On the programme's waiting list: it will be accepted when there is room."""
    HELD = "held"
    """Offered to several programmes: this one said yes and holds a place until the person chooses."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    """Another programme, or somebody outside the network, would be better."""
    MATCHED = "matched"
    IN_SUPPORT = "in-support"
    """Matched, and the first session has taken place; or without a match, and was at a meeting of a group."""
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ENTERED_IN_ERROR = "entered-in-error"


UNDECIDED: Final = frozenset({Status.SUBMITTED, Status.RECEIVED, Status.NEEDS_INFORMATION})
"""Nothing was decided yet."""
OFFERED: Final = UNDECIDED | {Status.NOT_YET, Status.WAITING, Status.HELD}
"""No place is taken yet."""


class Source(StrEnum):
    """Who asked: a professional, the person, or somebody on the person's behalf."""

    PROFESSIONAL = "professional"
    SELF = "self"
    ON_BEHALF = "on-behalf"


class Meeting(StrEnum):
    """A way in which a person agreed to meet a supporter."""

    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Referral:
    """Where a referral stands.

    ``version`` grows by one with every change. Times are UTC. ``decision_reason`` is why it was declined,
    ``closing_reason`` why nothing more will happen. Referrals of one ``choice_id`` are one wish, offered to several
    programmes between which the person chooses. ``redirected_to`` is the programme that would be better.
    ``agreement_id`` is what it was shared under (None: with nobody else), ``level`` how much of it.
    ``notes_unread`` says that its notes wait for a human to read them, ``misdirected`` that it was sent to the wrong
    programme.

    ``promises`` are the days by which something is to be done, ``missed`` those of them that were told missed; both
    begin anew when it is reopened. ``asked_at`` is when the referrer was asked something that they have not answered.
    ``terms`` are its programme's. ``days_tried`` counts the days (Europe/London) on which nobody could reach the
    person, since it was made or reopened; it is known where somebody takes a step. Of a draft ``submitted_at`` is when
    it was last kept.
    """

    id: UUID
    person_id: UUID
    referring_organisation_id: UUID
    programme_id: UUID
    programme_organisation_id: UUID
    submitted_at: datetime
    status: Status = Status.SUBMITTED
    version: int = 1
    decided_at: datetime | None = None
    decision_reason: str | None = None
    matched_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    closing_reason: str | None = None
    choice_id: UUID | None = None
    acknowledged_at: datetime | None = None
    supported_at: datetime | None = None
    redirected_to: UUID | None = None
    agreement_id: UUID | None = None
    level: Level = Level.FULL
    notes_unread: bool = False
    reopened_at: datetime | None = None
    asked_at: datetime | None = None
    promises: Mapping[Promise, date] = field(default_factory=dict, hash=False)
    missed: tuple[Promise, ...] = ()
    terms: Terms = UNSAID
    days_tried: int = 0
    misdirected: bool = False

    @property
    def running(self) -> Mapping[Promise, date]:
        """The promises whose clock runs: while the referrer is asked something, none does."""
        return {} if self.status is Status.NEEDS_INFORMATION else self.promises

    @property
    def due_on(self) -> date | None:
        """The first day by which something is to be done about it."""
        return min(self.running.values(), default=None)

    @property
    def miss_on(self) -> date | None:
        """The first day on which a promise will have been missed that was not told missed yet."""
        days = (name.missed_from(due) for name, due in self.running.items() if name not in self.missed)
        return min(days, default=None)

    @property
    def is_offered(self) -> bool:
        """Whether no place is taken yet: a withdrawn consent recalls it, another choice releases it."""
        return self.status in OFFERED


class Connection(StrEnum):
    """What somebody may have in common with a supporter beside needs, conditions and interests (LTC, MH)."""

    IMPACT = "impact"
    PROFESSION = "profession"
    FAITH = "faith"
    VALUES = "values"
    STATUS = "status"
    BACKGROUND = "background"
    SKILL = "skill"
    """What they would like help with, and the other can do."""
    AVAILABILITY = "availability"
    SETTING = "setting"
    """Where they live, learn or are cared for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, in codes, and in words that never leave this service.

    ``received_on`` is the day the referrer was asked (Europe/London). ``requested`` is what the person asked of a
    supporter; ``connections`` what they would like to share with one, and said so themself: nothing infers it.
    ``details`` holds counts a programme asks for, such as children in care. ``unread`` says that what came
    was written for nobody in particular, on a page or in a file, so no human of the programme has seen it. ``site`` is
    the code of one of the programme's sites.
    """

    source: Source
    received_on: date
    needs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    connections: Mapping[Connection, tuple[str, ...]] = field(default_factory=dict, repr=False)
    channels: tuple[Meeting, ...] = ()
    urgent: bool = False
    notes: str | None = field(default=None, repr=False)
    source_reference: str | None = field(default=None, repr=False)
    details: Mapping[str, int] = field(default_factory=dict, repr=False)
    unread: bool = False
    site: str | None = None


def receiver(referral: Referral, purpose: Purpose) -> UUID:
    """The organisation that receives something by a consent: the referrer by *tell-referrer*, else the programme's."""
    if purpose is Purpose.TELL_REFERRER:
        return referral.referring_organisation_id
    return referral.programme_organisation_id


def may_see(referral: Referral, consents: Consents, organisation_id: UUID, *, agreed: bool, today: date) -> bool:
    """Whether an organisation sees the referral.

    The one that referred always does; the one that owns the programme does once it is submitted, while the person
    agrees to share, until the person chose another programme, and unless it was sent there by mistake. ``agreed`` says
    whether the agreement that it was shared under still holds: when it does not, nobody may look at what they have not
    taken on. ``today`` is a civil date (Europe/London). Row-level security holds the same line in the database.
    """
    if organisation_id == referral.referring_organisation_id:
        return True
    if organisation_id != referral.programme_organisation_id or referral.closing_reason == RELEASED:
        return False
    if referral.status is Status.DRAFT or referral.misdirected:
        return False
    if referral.is_offered and referral.agreement_id is not None and not agreed:
        return False
    return allows(consents, Purpose.SHARE_REFERRAL, today)


def may_see_person(referral: Referral, consents: Consents, organisation_id: UUID, *, agreed: bool, today: date) -> bool:
    """Whether an organisation sees who was referred, and the notes: at the agreement's level, once it may at all."""
    if organisation_id == referral.referring_organisation_id:
        return True
    shown = referral.level is Level.FULL or not referral.is_offered
    return shown and may_see(referral, consents, organisation_id, agreed=agreed, today=today)
