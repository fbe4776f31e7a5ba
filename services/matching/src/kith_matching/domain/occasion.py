"""What took place: a session one-to-one or of a group, and a contact with people who are not named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.match import Match
from kith_matching.domain.referral import Channel
from kith_matching.domain.terms import Terms


class SiteUnknown(refusals.OccasionRefused):
    """The programme's definition, as it was heard last, names no such site."""

    code = "site-unknown"

    @classmethod
    def among(cls, sites: Sequence[str]) -> "SiteUnknown":
        """The refusal that says which sites there are."""
        return cls(f"The sites of this programme are: {', '.join(sites) or 'none'}. Name one of them, or leave it out.")


class Outcome(StrEnum):
    """Whether it happened."""

    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did-not-happen"
    CANCELLED = "cancelled"


class CouldNot(StrEnum):
    """Who could not, where it did not take place."""

    PERSON = "person"
    SUPPORTER = "supporter"
    BOTH = "both"


class ContactKind(StrEnum):
    """What kind of occasion it was with people who are not referred."""

    OUTREACH = "outreach"
    DROP_IN = "drop-in"
    LISTENING = "listening"
    TASTER = "taster"


class Void(StrEnum):
    """Why what was logged counts for nothing."""

    ENTERED_TWICE = "entered-twice"
    WRONG_PERSON = "wrong-person"
    """It was another's: log it for them."""
    DID_NOT_HAPPEN = "did-not-happen"
    """Nothing was planned either; what was planned and fell through is corrected."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When it was (a day in Europe/London), how long, by which channel, and what about, in codes.

    ``limits_explained`` says that the person was told what cannot be kept between the two, before they told anything
    (HH: "clear about what you would need to tell someone else"); ``over_limit`` that it took longer than the programme
    allows with one person alone.
    """

    held_on: date
    outcome: Outcome
    minutes: int
    channel: Channel
    topics: tuple[str, ...]
    could_not: CouldNot | None = None
    limits_explained: bool = False
    over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """When it was logged, and on which device: whoever has no network when it takes place sends it later.

    ``logged_at`` (UTC) is when it arrived, ``noted_at`` (UTC) when it was put down. ``client_id`` is what the
    device calls it: what has the same one in an organisation is the same occasion, however often it is sent.
    """

    logged_at: datetime
    noted_at: datetime | None = None
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Many people who meet; it belongs to one programme and exists from its first meeting on."""

    id: UUID
    programme_id: UUID
    organisation_id: UUID


@dataclass(frozen=True, slots=True)
class Company:
    """With whom somebody came to a meeting: as a pair with another who was referred, or with people whom nobody names.

    It is true where they came with anybody.
    """

    referral_id: UUID
    pair_with: UUID | None = None
    companions: int = 0

    def __bool__(self) -> bool:
        return self.pair_with is not None or self.companions > 0


Together = Mapping[UUID, Company]
"""With whom each came who came with somebody; both of a pair are in it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is told of one person's part in an occasion, under an id of its own; of nobody's where nobody is named."""

    id: UUID
    referral_id: UUID | None
    pair_with: UUID | None = None
    companions: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One occasion of support: of a match, or of a group.

    A group's meeting has one of ``records`` for each of the referred who attended it. One that was logged before
    there were any has none until it is corrected. ``double_of`` is another that it may be: of the same match or group,
    on the same day and as long.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    occasion: Occasion
    noted: Noted
    supporter_ids: tuple[UUID, ...]
    referral_id: UUID | None = None
    match_id: UUID | None = None
    group_id: UUID | None = None
    attended_referral_ids: tuple[UUID, ...] = ()
    records: tuple[Record, ...] = ()
    version: int = 1
    voided_as: Void | None = None
    double_of: UUID | None = None

    @property
    def kind(self) -> str:
        """``one-to-one`` or ``group``."""
        return "group" if self.match_id is None else "one-to-one"

    @property
    def company(self) -> Together:
        """Who came with whom to a group's meeting."""
        said = (Company(one.referral_id, one.pair_with, one.companions) for one in self.records if one.referral_id)
        return {one.referral_id: one for one in said if one}

    @property
    def told(self) -> tuple[Record, ...]:
        """What it is told as: each of its records, or, where it has none, itself; what is void as nothing."""
        if self.voided_as is not None:
            return ()
        return self.records or (Record(self.id, self.referral_id),)


@dataclass(frozen=True, slots=True)
class Contact:
    """An occasion with a headcount and no names; it belongs to the organisation. ``site`` is one of the programme's."""

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    held_on: date
    kind: ContactKind
    people: int
    topics: tuple[str, ...]
    district: str | None
    supporter_id: UUID | None
    noted: Noted
    site: str | None = None
    version: int = 1
    voided_as: Void | None = None


def log_one_to_one(match: Match, occasion: Occasion, noted: Noted, *, session_id: UUID, today: date) -> Session:
    """Log a session of a match. It may be told after the match ended, not of a day after that."""
    _check_of_match(match, occasion, today)
    return Session(
        id=session_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        occasion=occasion,
        noted=noted,
        supporter_ids=(match.supporter_id,),
        referral_id=match.referral_id,
        match_id=match.id,
    )


def correct_one_to_one(session: Session, match: Match, occasion: Occasion, *, today: date) -> Session:
    """Say what a session of a match was instead. Raises as ``log_one_to_one``."""
    _check_of_match(match, occasion, today)
    return replace(session, occasion=occasion, version=session.version + 1)


def is_same(one: Session, other: Session) -> bool:
    """Whether a correction said of a session what was said of it before."""
    return all(getattr(one, name) == getattr(other, name) for name in ("occasion", "attended_referral_ids", "company"))


def taken_back(before: Session, after: Session) -> tuple[Record, ...]:
    """What a session was told as before it was corrected, and is not any more: the ids, and nothing said of them."""
    stands = {record.id for record in after.told}
    return tuple(Record(record.id, record.referral_id) for record in before.told if record.id not in stands)


class OutcomeDisagrees(refusals.OccasionRefused):
    """What is said of an occasion agrees with whether it took place."""

    code = "outcome-disagrees"
    advice = (
        "Say who could not only of what did not take place, and that the limits of confidentiality were explained only "
        "of what did."
    )


class LoggedOtherwise(refusals.OccasionRefused):
    """One occasion has one truth: the first that arrived."""

    code = "logged-otherwise"
    advice = (
        "Something else was logged with this client_id, and it stands. Read what was logged; if this is another "
        "occasion, send it with a client_id of its own."
    )


def check_same(logged: Session | Contact, **told: Any) -> None:
    """Refuse what says something else of an occasion that is logged already. Raises ``LoggedOtherwise``.

    What somebody has corrected since stands, whatever a device that knows nothing of it sends again.
    """
    if logged.version > 1:
        return
    if any(getattr(logged, name) != value for name, value in told.items()):
        raise LoggedOtherwise


def check_held(contact: Contact, *, today: date) -> None:
    """Refuse a contact that is still to come. ``today`` is the day in Europe/London."""
    if contact.held_on > today:
        raise refusals.InTheFuture


def check_site(contact: Contact, terms: Terms) -> None:
    """Refuse a site that is none of the programme's: nobody would find there what was counted. Raises ``SiteUnknown``.

    Sites are in the terms of its definition, without which a programme has none.
    """
    if contact.site is not None and contact.site not in terms.sites:
        raise SiteUnknown.among(terms.sites)


def check_occasion(occasion: Occasion, today: date) -> None:
    """Refuse what is still to come, and what does not agree with whether it took place."""
    if occasion.held_on > today:
        raise refusals.InTheFuture
    if (occasion.outcome is Outcome.HAPPENED) != (occasion.minutes > 0):
        raise refusals.MinutesDisagree
    happened = occasion.outcome is Outcome.HAPPENED
    if (happened and occasion.could_not is not None) or (not happened and occasion.limits_explained):
        raise OutcomeDisagrees


def _check_of_match(match: Match, occasion: Occasion, today: date) -> None:
    check_occasion(occasion, today)
    if occasion.held_on < match.made_on or (match.ended_on is not None and occasion.held_on > match.ended_on):
        raise refusals.OutsideMatch
