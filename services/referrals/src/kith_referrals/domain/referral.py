"""One person's referral: what was asked, how far it has come, who may see it, and what others are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.consent import Consents, Purpose, State, allows
from kith_referrals.domain.network import Organisation, Programme
from kith_referrals.domain.people import Person, age_band


class Status(StrEnum):
    """How far a referral has come."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MATCHED = "matched"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


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
    ``closing_reason`` why nothing more will happen.
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for, in codes, and in words that never leave this service.

    ``received_on`` is the day the referrer was asked (Europe/London). ``requested`` is what the person asked of a
    supporter. ``details`` holds counts a programme asks for, such as children in care.
    """

    source: Source
    received_on: date
    needs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    channels: tuple[Meeting, ...] = ()
    urgent: bool = False
    notes: str | None = field(default=None, repr=False)
    source_reference: str | None = field(default=None, repr=False)
    details: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """To tell: a referral was made, as far as others may know it."""

    referral: Referral
    wish: Wish
    age_band: str
    district: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Decided:
    """To tell: the programme's organisation said yes or no."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """To tell: the person's word on one purpose changed."""

    referral: Referral
    purpose: Purpose
    state: State


@dataclass(frozen=True, slots=True)
class Closed:
    """To tell: nothing more will happen."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class OrganisationTold:
    """To tell: an organisation as it stands now."""

    organisation: Organisation


@dataclass(frozen=True, slots=True)
class ProgrammeTold:
    """To tell: a programme as it stands now."""

    programme: Programme


Telling = Made | Decided | ConsentTold | Closed | OrganisationTold | ProgrammeTold
"""Everything this service ever tells."""


@dataclass(frozen=True, slots=True)
class NewReferral:
    """All that is kept of a referral when it is made; of a person who is known the record stays as it is."""

    person: Person
    referral: Referral
    wish: Wish
    consents: Consents
    person_is_known: bool = False


def submit(
    *,
    referral_id: UUID,
    person: Person,
    programme: Programme,
    wish: Wish,
    consents: Consents,
    today: date,
    now: datetime,
) -> tuple[NewReferral, Made]:
    """A new referral of ``person`` to ``programme`` by the organisation that knows the person, and what to tell.

    The consents have been checked by ``consent.agreed``; this is why telling is right.
    """
    referral = Referral(
        id=referral_id,
        person_id=person.id,
        referring_organisation_id=person.organisation_id,
        programme_id=programme.id,
        programme_organisation_id=programme.organisation_id,
        submitted_at=now,
    )
    made = Made(referral, wish, age_band(person.birth_date, today), person.district, person.language)
    return NewReferral(person, referral, wish, consents), made


def receiver(referral: Referral, purpose: Purpose) -> UUID:
    """The organisation that receives something by a consent: the referrer by *tell-referrer*, else the programme's."""
    if purpose is Purpose.TELL_REFERRER:
        return referral.referring_organisation_id
    return referral.programme_organisation_id


def may_see(referral: Referral, consents: Consents, organisation_id: UUID) -> bool:
    """Whether an organisation sees the referral and its person.

    The one that referred always does; the one that owns the programme does while the person agrees to share. Row-level
    security holds the same line in the database.
    """
    if organisation_id == referral.referring_organisation_id:
        return True
    return organisation_id == referral.programme_organisation_id and allows(consents, Purpose.SHARE_REFERRAL)
