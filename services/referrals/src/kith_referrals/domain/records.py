"""What humans decide about a person's record: that two are of one person, or are not; who may read it; a death."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain import referral as referrals
from kith_referrals.domain.consent import Consents
from kith_referrals.domain.erasure import NOT_ASKED, Erasure, State
from kith_referrals.domain.people import Person
from kith_referrals.domain.person_refusals import (
    DeathAfterToday,
    DeathBeforeBirth,
    MergeWithItself,
    NotMerged,
    NotYourPerson,
    OthersMergedInto,
    PersonDied,
    PersonErased,
    PersonErasing,
    PersonMerged,
    RecordRestricted,
)
from kith_referrals.domain.referral import Referral


class Kind(StrEnum):
    """A decision about a record."""

    MERGED = "merged"
    UNMERGED = "unmerged"
    KEPT_APART = "kept-apart"
    RECOGNISED = "recognised"
    """A row that waited is of this person."""
    TOLD_APART = "told-apart"
    """A row that waited is of another person than the one it was like, whom the organisation sees no more."""
    RESTRICTED = "restricted"
    OPENED = "opened"
    """It is restricted no longer."""
    DIED = "died"
    HELD = "held"
    """A legal hold: it is neither erased nor reviewed."""
    RELEASED = "released"
    """The hold was lifted."""
    KEPT = "kept"
    """Its time is over, and somebody keeps it for a while more."""
    NOT_KEPT = "not-kept"
    ERASURE_DECIDED = "erasure-decided"
    ERASURE_TAKEN_BACK = "erasure-taken-back"
    HANDED_OVER = "handed-over"
    """The organisation closed; another one holds the record now."""


@dataclass(frozen=True, slots=True)
class Record:
    """A person's record and where it stands.

    ``version`` grows by one with every decision about it. While ``merged_into`` is set, reads show that record instead;
    ``has_merged`` says that others are merged into this one, ``has_restricted`` that one of those is restricted. A
    restricted record is read with a reason only, and so is the one that is shown for it; and one that is to be erased.
    While it is ``held``, a legal hold keeps it.
    """

    person: Person
    version: int = 1
    merged_into: UUID | None = None
    has_merged: bool = False
    has_restricted: bool = False
    restricted: bool = False
    died_on: date | None = None
    held: bool = False
    erasure: Erasure = NOT_ASKED

    @property
    def shown_id(self) -> UUID:
        """The record that reads show."""
        return self.merged_into or self.person.id

    @property
    def needs_reason(self) -> bool:
        """Whether it is read with a reason only."""
        return self.restricted or self.has_restricted or self.erasure.state is State.RESTRICTED


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides or reads, for which organisation, and when (UTC). ``subject`` and ``client_id`` are the token's."""

    subject: str
    client_id: str
    organisation_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision to keep: about whom, and about which other record where there is one. ``reason`` is a human's words.

    ``reason`` may hold anything about the person, and is kept where only the organisation that decided sees it.
    """

    kind: Kind
    person_id: UUID
    other_id: UUID | None = None
    reason: str | None = None


def merge(record: Record, into: Record, *, by: UUID, reason: str) -> tuple[Record, Decision]:
    """The record as one of the same person as ``into``, which is shown from now on. Both are kept as they are.

    Merges do not chain: a record into which others were merged, or that is itself merged, is no part of another. Only
    the organisation that holds both may say so. Raises ``NotYourPerson``, ``MergeWithItself``, ``PersonMerged``,
    ``OthersMergedInto``, ``PersonErasing``, ``PersonErased``, or ``PersonDied`` when one record says that the person
    died and the other does not.
    """
    check_holder(record, by)
    check_holder(into, by)
    check_active(into)
    if record.person.id == into.person.id:
        raise MergeWithItself
    if record.merged_into is not None or into.merged_into is not None:
        raise PersonMerged
    if record.has_merged:
        raise OthersMergedInto
    if (record.died_on is None) != (into.died_on is None):
        raise PersonDied("One of the two records says that the person died. Record the death on the other one first.")
    merged = replace(record, version=record.version + 1, merged_into=into.person.id)
    return merged, Decision(Kind.MERGED, record.person.id, into.person.id, reason)


def unmerge(record: Record, *, by: UUID, reason: str) -> tuple[Record, Decision]:
    """The record as one of its own again, exactly as it was. Raises ``NotYourPerson`` or ``NotMerged``."""
    check_holder(record, by)
    if record.merged_into is None:
        raise NotMerged
    apart = replace(record, version=record.version + 1, merged_into=None)
    return apart, Decision(Kind.UNMERGED, record.person.id, record.merged_into, reason)


def keep_apart(one: Record, other: Record, *, reason: str) -> Decision:
    """A human looked and says that they are two people. Raises ``MergeWithItself`` or ``PersonMerged``."""
    if one.person.id == other.person.id:
        raise MergeWithItself("One record cannot be kept apart from itself. Name the other one.")
    if one.shown_id == other.shown_id:
        raise PersonMerged
    first, second = sorted((one.person.id, other.person.id))
    return Decision(Kind.KEPT_APART, first, second, reason)


def restrict(record: Record, *, restricted: bool, reason: str) -> tuple[Record, Decision | None]:
    """The record as one that is read with a reason only, or no longer. Saying the same twice is no decision."""
    if record.restricted == restricted:
        return record, None
    kind = Kind.RESTRICTED if restricted else Kind.OPENED
    changed = replace(record, version=record.version + 1, restricted=restricted)
    return changed, Decision(kind, record.person.id, reason=reason)


def may_see(
    person: Person,
    theirs: Iterable[tuple[Referral, Consents]],
    organisation_id: UUID,
    *,
    agreed: bool,
    today: date,
) -> bool:
    """Whether an organisation sees a person's record: it holds it, or it sees a referral that shows it.

    ``theirs`` are the referrals of the record itself and of those that are merged into it; ``agreed`` says whether the
    agreements that they were shared under still hold. Row-level security holds the same line in the database.
    """
    if organisation_id == person.organisation_id:
        return True
    return any(
        referrals.may_see_person(referral, consents, organisation_id, agreed=agreed, today=today)
        for referral, consents in theirs
    )


def check_readable(*, restricted: bool, reason: str | None) -> None:
    """Refuse to show a restricted record to somebody who does not say why. Raises ``RecordRestricted``."""
    if restricted and reason is None:
        raise RecordRestricted


def die(record: Record, died_on: date, today: date) -> tuple[Record, Decision]:
    """The record of somebody who died that day (a civil date, Europe/London): nobody is contacted any more.

    Raises ``PersonDied`` the second time, ``DeathAfterToday`` or ``DeathBeforeBirth``.
    """
    check_alive(record)
    if died_on > today:
        raise DeathAfterToday
    if record.person.birth_date is not None and died_on < record.person.birth_date:
        raise DeathBeforeBirth
    person = replace(record.person, contact_by=(), do_not_contact=True)
    changed = replace(record, person=person, version=record.version + 1, died_on=died_on)
    return changed, Decision(Kind.DIED, record.person.id)


def check_alive(record: Record) -> None:
    """Refuse to make anything for who died or is erased. Raises ``PersonDied``, or what ``check_active`` does."""
    check_active(record)
    if record.died_on is not None:
        raise PersonDied


def check_active(record: Record) -> None:
    """Refuse what changes a record that is to be erased, or was. Raises ``PersonErasing`` or ``PersonErased``."""
    if record.erasure.state is State.RESTRICTED:
        raise PersonErasing
    check_not_erased(record)


def check_not_erased(record: Record) -> None:
    """Refuse to look for anybody behind a tombstone. Raises ``PersonErased``."""
    if record.erasure.state is State.ERASED:
        raise PersonErased


def check_holder(record: Record, organisation_id: UUID) -> None:
    """Refuse what only the organisation that holds the record may do. Raises ``NotYourPerson``."""
    if record.person.organisation_id != organisation_id:
        raise NotYourPerson
