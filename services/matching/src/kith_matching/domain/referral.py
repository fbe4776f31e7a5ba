"""A programme and a person's referral to it, as far as matching needs to know them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.terms import UNDEFINED, Terms


class Channel(StrEnum):
    """A way to meet."""

    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Programme:
    """One offer of peer support, with its hard limits (ages in years, inclusive) and its weights.

    ``weights`` says how many points each connection is worth; a connection that is not named is worth nothing.
    ``channels`` that are empty set no limit. ``terms`` are its definition's.
    """

    id: UUID
    organisation_id: UUID
    name: str
    minimum_age: int | None
    maximum_age: int | None
    checks_required: bool
    channels: tuple[str, ...]
    weights: dict[str, int]
    terms: Terms = UNDEFINED


@dataclass(frozen=True, slots=True)
class Referral:
    """A request that a person be considered for a programme: a pseudonym with codes, and where it stands.

    ``organisation_id`` is the programme's. ``decision`` is the programme's organisation's (``accepted``, else no
    matching). ``waiting`` is true from the beginning until a match is made or a group attended, and again after a match
    that did not come to anything, or once it is reopened. Empty ``channels`` mean that the person did not say: then any
    will do. ``connections`` are codes that they would like to share with a supporter, by what connects: a profession, a
    faith, where they live. ``before_visiting`` says whether there is something that a visitor must know before they go;
    None where nobody told, and then there may be. ``interpreter`` is the language of the interpreter whom they asked
    for, where somebody does not speak ``language``. Of somebody who was ``erased`` nothing more is known.
    """

    id: UUID
    person_id: UUID
    programme_id: UUID
    organisation_id: UUID
    received_on: date
    age_band: str = field(repr=False)
    district: str | None = field(repr=False)
    language: str = field(repr=False)
    needs: tuple[str, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    interests: tuple[str, ...] = field(repr=False)
    requested: tuple[str, ...] = field(repr=False)
    channels: tuple[str, ...] = field(repr=False)
    urgent: bool
    consented: bool = True
    decision: str | None = None
    closed_reason: str | None = None
    closed_on: date | None = None
    waiting: bool = True
    erased: bool = False
    connections: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    before_visiting: bool | None = field(default=None, repr=False)
    interpreter: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """The programme's organisation decided on a referral."""

    referral_id: UUID
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentNews:
    """The person's consent that ``organisation_id`` knows of the referral was given or withdrawn."""

    referral_id: UUID
    organisation_id: UUID
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Closure:
    """A referral was closed, for a reason, on a day in Europe/London."""

    referral_id: UUID
    reason: str
    closed_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopening:
    """A referral that was over is open again: it is to be decided anew."""

    referral_id: UUID
    at: datetime


Change = Decision | ConsentNews | Closure | Reopening
"""What changes how a referral stands."""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """Somebody asked by their private link that whoever is on duty gets in touch: whose it is, is not known here."""

    request_id: UUID
    organisation_id: UUID
    programme_id: UUID
    district: str | None


@dataclass(frozen=True, slots=True)
class News:
    """What a batch of facts says: programmes and new referrals, once each, and the changes in the order of the log.

    ``organisations`` are names by id. ``erased`` are people who were erased, and when (UTC).
    """

    programmes: tuple[Programme, ...] = ()
    referrals: tuple[Referral, ...] = ()
    changes: tuple[Change, ...] = ()
    erased: Mapping[UUID, datetime] = field(default_factory=dict)
    organisations: Mapping[UUID, str] = field(default_factory=dict)
    help_asked: tuple[HelpAsked, ...] = ()


UNKNOWN_LANGUAGE: Final = "und"
"""ISO 639: nobody knows which."""


def forgotten(referral: Referral) -> Referral:
    """What is left of a referral whose person was erased: ids, the programme, and how it stands, for the counts."""
    return replace(
        referral,
        age_band="unknown",
        district=None,
        language=UNKNOWN_LANGUAGE,
        needs=(),
        conditions=(),
        interests=(),
        requested=(),
        channels=(),
        urgent=False,
        connections={},
        before_visiting=None,
        interpreter=None,
        erased=True,
    )


def told(referral: Referral, change: Change) -> Referral:
    """The referral as it stands after a change. Consent towards another organisation is not this service's concern."""
    match change:
        case Decision():
            return replace(referral, decision=change.decision)
        case ConsentNews() if change.organisation_id == referral.organisation_id:
            return replace(referral, consented=change.granted)
        case ConsentNews():
            return referral
        case Closure():
            return replace(referral, closed_reason=change.reason, closed_on=change.closed_on)
        case Reopening():
            return replace(referral, decision=None, closed_reason=None, closed_on=None, waiting=True)


def is_open(referral: Referral) -> bool:
    """Whether the referral is accepted, consented to and not closed: only then is anybody matched."""
    return referral.closed_reason is None and referral.consented and referral.decision == "accepted"


def check_open(referral: Referral) -> None:
    """Let only a referral through that is accepted, consented to and not closed.

    Raises the ``ReferralNotOpen`` that says what is in the way. Consent comes before the decision: without it the
    organisation is not to learn even that.
    """
    check_remembered(referral)
    if referral.closed_reason is not None:
        raise refusals.ReferralClosed
    if not referral.consented:
        raise refusals.ConsentWithdrawn
    if referral.decision != "accepted":
        raise refusals.ReferralNotAccepted


def check_remembered(referral: Referral) -> None:
    """Refuse what would say something new about somebody who was erased. Raises ``PersonErased``."""
    if referral.erased:
        raise refusals.PersonErased
