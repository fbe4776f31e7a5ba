"""Who is told when something happens to a referral: the whole table, and what follows from a batch of news."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from kith_notifications.domain.referral import (
    CONTACT_PERSON,
    PERSON,
    REFERRER,
    SUPPORTER,
    TELL_REFERRER,
    Consent,
    Referral,
    stopped,
)

RECEIVED: Final = "referral-received"
ACCEPTED: Final = "referral-accepted"
DECLINED: Final = "referral-declined"
MATCH_MADE: Final = "match-made"
MATCH_ENDED: Final = "match-ended"
CLOSED: Final = "referral-closed"

TOLD: Final = MappingProxyType(
    {
        RECEIVED: (REFERRER,),
        ACCEPTED: (REFERRER, PERSON),
        # A human tells the person of a no.
        DECLINED: (REFERRER,),
        MATCH_MADE: (REFERRER, PERSON, SUPPORTER),
        MATCH_ENDED: (REFERRER, PERSON),
        CLOSED: (REFERRER, PERSON),
    }
)
"""What happened, and who hears of it."""

TOLD_WHEN: Final = MappingProxyType(
    {
        (MATCH_ENDED, "died"): (REFERRER,),
        (CLOSED, "died"): (REFERRER,),
        # They heard of the decision already.
        (CLOSED, "declined"): (),
        # The person chose another programme themself.
        (CLOSED, "released"): (),
        # A human tells the person; they may have been told of a place already.
        (CLOSED, "redirected"): (REFERRER,),
        # The address may be somebody else's.
        (CLOSED, "entered-in-error"): (REFERRER,),
    }
)
"""Where the detail (an ending, a reason) changes who hears."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a referral and that somebody may have to be told.

    ``id`` is that of the referral or match it is about; ``detail`` a code that changes who hears or what they read.
    """

    kind: str
    id: UUID
    referral_id: UUID
    at: datetime
    detail: str | None = None
    supporter_id: UUID | None = None

    @property
    def reason(self) -> str:
        """``match-made/<match id>``: one message a recipient and channel, however often it is heard."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class ReferralMade:
    """The referral exists, and whom it concerns."""

    referral_id: UUID
    person_id: UUID
    referring_organisation_id: UUID
    self_referred: bool
    at: datetime
    erased: bool = False
    """Whether the person had been erased when this was heard."""


@dataclass(frozen=True, slots=True)
class ConsentMoved:
    """The person changed what they agreed to: one purpose, granted or withdrawn."""

    referral_id: UUID
    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonGone:
    """The person whose referral it is was erased."""

    referral_id: UUID


News = ReferralMade | ConsentMoved | PersonGone | Happening


class Recipient(NamedTuple):
    """Who is told: ``referrer`` (an organisation's id), ``person`` or ``supporter`` (pseudonyms).

    ``id`` is None for a person who was erased.
    """

    kind: str
    id: UUID | None

    def __str__(self) -> str:
        """``person/<pseudonym>``; of somebody erased ``person`` alone."""
        return self.kind if self.id is None else f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one recipient. ``cancelled`` says why it must not be sent, if it must not."""

    referral_id: UUID
    reason: str
    recipient: Recipient
    told_of: datetime
    detail: str | None = None
    cancelled: str | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is not sent: it waits for its turn or, with a reason, is ``cancelled``."""

    id: UUID
    referral_id: UUID
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
                    self_referred=piece.self_referred,
                    erased=referral.erased or piece.erased,
                )
                happened.append(Happening(RECEIVED, referral.id, referral.id, piece.at))
            case ConsentMoved():
                referral = _move_consent(referral, piece)
            case PersonGone():
                referral = replace(referral, erased=True)
            case Happening():
                referral = replace(referral, died=referral.died or piece.detail == "died")
                happened.append(piece)
    stops_changed = (before.died, before.erased, before.contact_person, before.tell_referrer) != (
        referral.died,
        referral.erased,
        referral.contact_person,
        referral.tell_referrer,
    )
    if not referral.made:
        return Noted(referral, (), tuple(happened), stops_changed)
    messages = tuple(message for happening in happened for message in messages_of(referral, happening))
    return Noted(referral, messages, (), stops_changed)


def messages_of(referral: Referral, happening: Happening) -> tuple[Message, ...]:
    """The messages that tell of ``happening``; those that must not be sent are there too, cancelled, with the reason.

    Somebody who referred themself hears what a referrer would hear first (it was received) and has no referrer.
    """
    told: tuple[str, ...] = TOLD_WHEN.get((happening.kind, happening.detail or ""), TOLD[happening.kind])
    if referral.self_referred:
        told = (PERSON,) if happening.kind == RECEIVED else tuple(who for who in told if who != REFERRER)
    ids = {
        REFERRER: referral.referring_organisation_id,
        PERSON: referral.person_id,
        SUPPORTER: happening.supporter_id,
    }
    return tuple(
        Message(
            referral_id=referral.id,
            reason=happening.reason,
            recipient=Recipient(who, None if referral.erased and who == PERSON else recipient_id),
            told_of=happening.at,
            detail=None if referral.erased else happening.detail,
            cancelled=stopped(referral, who, happening.at),
        )
        for who in told
        if (recipient_id := ids[who]) is not None
    )


def restop(referrals: Mapping[UUID, Referral], unsent: Iterable[Unsent]) -> list[tuple[UUID, str | None]]:
    """Which unsent messages must be cancelled now, and why; or, with None, may be sent after all.

    The second comes about when a consent had been granted again before the thing happened, and was heard of after.
    """
    reasons = (
        (message, stopped(referrals[message.referral_id], message.recipient_kind, message.told_of))
        for message in unsent
    )
    return [(message.id, why) for message, why in reasons if why != message.cancelled]


def _move_consent(referral: Referral, moved: ConsentMoved) -> Referral:
    def after(consent: Consent) -> Consent:
        return consent.grant(moved.at) if moved.granted else consent.withdraw(moved.at)

    if moved.purpose == CONTACT_PERSON:
        return replace(referral, contact_person=after(referral.contact_person))
    if moved.purpose == TELL_REFERRER:
        return replace(referral, tell_referrer=after(referral.tell_referrer))
    return referral
