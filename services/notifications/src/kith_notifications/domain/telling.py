"""What follows from news of a referral: which messages are written, and which must not be sent any more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from kith_notifications.domain.referral import (
    CONTACT_PERSON,
    OUTCOME,
    PERSON,
    PROGRAMME,
    REFERRER,
    SHARE_REFERRAL,
    SUPPORTER,
    TELL_REFERRER,
    Consent,
    Referral,
    stopped,
)
from kith_notifications.domain.table import NEEDED, RECEIVED, TOLD, TOLD_WHEN, URGENT


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a referral and that somebody may have to be told.

    ``id`` is that of what happens once: the match, or else the fact, because a referral may be reopened and decided
    again, and miss a promise twice. ``detail`` is a code that changes who hears or what they read; ``day`` a civil date
    (Europe/London) that they read of.
    """

    kind: str
    id: UUID
    referral_id: UUID
    at: datetime
    detail: str | None = None
    supporter_id: UUID | None = None
    day: date | None = None

    @property
    def reason(self) -> str:
        """``match-made/<match id>``: one message a recipient and channel, however often it is heard."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class ReferralMade:
    """The referral exists, whom it concerns, and how much its referrer hears (None: all)."""

    referral_id: UUID
    person_id: UUID
    referring_organisation_id: UUID
    programme_organisation_id: UUID
    self_referred: bool
    at: datetime
    urgent: bool = False
    feedback: str | None = None
    erased: bool = False
    """Whether the person had been erased when this was heard."""


@dataclass(frozen=True, slots=True)
class ConsentMoved:
    """The person changed what they agreed to: one purpose, granted or withdrawn.

    ``feedback`` is how much the referrer hears from now on; None is no change.
    """

    referral_id: UUID
    purpose: str
    granted: bool
    at: datetime
    feedback: str | None = None


@dataclass(frozen=True, slots=True)
class PersonGone:
    """The person whose referral it is was erased."""

    referral_id: UUID


News = ReferralMade | ConsentMoved | PersonGone | Happening


class Recipient(NamedTuple):
    """Who is told: ``referrer`` or ``programme`` (an organisation's id), ``person`` or ``supporter`` (pseudonyms).

    ``id`` is None for a person who was erased.
    """

    kind: str
    id: UUID | None

    def __str__(self) -> str:
        """``person/<pseudonym>``; of somebody erased ``person`` alone."""
        return self.kind if self.id is None else f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one recipient, of a story: a referral, unless ``story_kind`` says another.

    ``cancelled`` says why it must not be sent, if it must not.
    """

    story_id: UUID
    reason: str
    recipient: Recipient
    told_of: datetime
    detail: str | None = None
    day: date | None = None
    cancelled: str | None = None
    story_kind: str = "referral"


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is not sent: it waits for its turn or, with a reason, is ``cancelled``."""

    id: UUID
    referral_id: UUID
    kind: str
    recipient_kind: str
    told_of: datetime
    cancelled: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What follows from news of one referral."""

    referral: Referral
    messages: tuple[Message, ...]
    waiting: tuple[Happening, ...]
    stops_changed: bool
    """Whether earlier messages must be looked at again: a death, an erasure, or a consent that moved."""


def note(referral: Referral, waiting: Sequence[Happening], news: Iterable[News]) -> Noted:
    """What becomes of ``referral``, and who is told what.

    ``waiting`` is what had happened before its making was heard. While that is still not heard, everything waits on;
    the result is the same in whichever order the topics came.
    """
    before = referral
    happened = list(waiting)
    for piece in news:
        match piece:
            case ReferralMade():
                referral = replace(
                    referral,
                    person_id=piece.person_id,
                    referring_organisation_id=piece.referring_organisation_id,
                    programme_organisation_id=piece.programme_organisation_id,
                    self_referred=piece.self_referred,
                    feedback=referral.feedback.said(piece.feedback or OUTCOME, piece.at),
                    erased=referral.erased or piece.erased,
                )
                detail = URGENT if piece.urgent else None
                happened.append(Happening(RECEIVED, referral.id, referral.id, piece.at, detail))
            case ConsentMoved():
                referral = _move_consent(referral, piece)
            case PersonGone():
                referral = replace(referral, erased=True)
            case Happening():
                referral = replace(referral, died=referral.died or piece.detail == "died")
                happened.append(piece)
    stops_changed = _stops(before) != _stops(referral)
    if not referral.made:
        return Noted(referral, (), tuple(happened), stops_changed)
    messages = tuple(message for happening in happened for message in messages_of(referral, happening))
    return Noted(referral, messages, (), stops_changed)


def messages_of(referral: Referral, happening: Happening) -> tuple[Message, ...]:
    """The messages that tell of ``happening``; those that must not be sent are there too, cancelled, with the reason.

    Somebody who referred themself hears what a referrer would hear first (it was received) and has no referrer. An
    organisation that referred to a programme of its own is told once, as the programme's.
    """
    told: tuple[str, ...] = TOLD_WHEN.get((happening.kind, happening.detail or ""), TOLD[happening.kind])
    ids = {
        REFERRER: referral.referring_organisation_id,
        PERSON: referral.person_id,
        SUPPORTER: happening.supporter_id,
        PROGRAMME: referral.programme_organisation_id,
    }
    if referral.self_referred:
        instead = (PERSON,) if happening.kind == RECEIVED else ()
        told = (*instead, *(who for who in told if who != REFERRER))
    elif PROGRAMME in told and ids[PROGRAMME] == ids[REFERRER]:
        told = tuple(who for who in told if who != REFERRER)
    return tuple(
        Message(
            story_id=referral.id,
            reason=happening.reason,
            recipient=Recipient(who, None if referral.erased and who == PERSON else recipient_id),
            told_of=happening.at,
            detail=None if referral.erased else happening.detail,
            day=happening.day,
            cancelled=stopped(referral, who, happening.at, needed=NEEDED[happening.kind]),
        )
        for who in told
        if (recipient_id := ids[who]) is not None
    )


def restop(referrals: Mapping[UUID, Referral], unsent: Iterable[Unsent]) -> list[tuple[UUID, str | None]]:
    """Which unsent messages must be cancelled now, and why; or, with None, may be sent after all.

    The second comes about when a consent had been granted again before the thing happened, and was heard of after.
    """
    reasons = (
        (
            message,
            stopped(
                referrals[message.referral_id], message.recipient_kind, message.told_of, needed=NEEDED[message.kind]
            ),
        )
        for message in unsent
    )
    return [(message.id, why) for message, why in reasons if why != message.cancelled]


def _move_consent(referral: Referral, moved: ConsentMoved) -> Referral:
    def after(consent: Consent) -> Consent:
        return consent.grant(moved.at) if moved.granted else consent.withdraw(moved.at)

    if moved.feedback is not None:
        referral = replace(referral, feedback=referral.feedback.said(moved.feedback, moved.at))
    if moved.purpose == CONTACT_PERSON:
        return replace(referral, contact_person=after(referral.contact_person))
    if moved.purpose == TELL_REFERRER:
        return replace(referral, tell_referrer=after(referral.tell_referrer))
    if moved.purpose == SHARE_REFERRAL:
        return replace(referral, share_referral=after(referral.share_referral))
    return referral


def _stops(referral: Referral) -> Sequence[object]:
    """All that decides whether a message may be sent."""
    return (
        referral.died,
        referral.erased,
        referral.contact_person,
        referral.tell_referrer,
        referral.share_referral,
        referral.feedback,
    )
