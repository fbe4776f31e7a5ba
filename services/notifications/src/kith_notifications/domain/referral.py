"""What telling needs to know of a referral: whom it concerns, and which messages its person does not want."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

REFERRER: Final = "referrer"
PERSON: Final = "person"
SUPPORTER: Final = "supporter"
PROGRAMME: Final = "programme"
"""The organisation whose programme it is."""

CONTACT_PERSON: Final = "contact-person"
TELL_REFERRER: Final = "tell-referrer"
SHARE_REFERRAL: Final = "share-referral"

RECEIPT: Final = "receipt"
DECISION: Final = "decision"
PROGRESS: Final = "progress"
OUTCOME: Final = "outcome"
LEVELS: Final = (RECEIPT, DECISION, PROGRESS, OUTCOME)
"""How much the referrer hears; each level tells what the one before it does, and more."""

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any referral there is."""

CONSENT_WITHDRAWN: Final = "consent-withdrawn"
BEYOND_FEEDBACK: Final = "beyond-feedback"
DIED: Final = "died"
ERASED: Final = "erased"


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether one kind of message was agreed to, and when that changed.

    It holds until it is withdrawn: whoever may be told at all is known at the moment of sending, from the owner of the
    address. Two instants are enough, because a referral's own facts come in order: the last withdrawal, and the first
    time it was granted again after that.
    """

    withdrawn_at: datetime | None = None
    granted_again_at: datetime | None = None

    def withdraw(self, at: datetime) -> "Consent":
        """From ``at`` on it no longer holds."""
        return Consent(withdrawn_at=at)

    def grant(self, at: datetime) -> "Consent":
        """From ``at`` on it holds again; granting what already holds changes nothing."""
        if self.withdrawn_at is None or self.granted_again_at is not None:
            return self
        return replace(self, granted_again_at=at)

    def stops(self, told_of: datetime) -> bool:
        """Whether a message about something that happened at ``told_of`` must not be sent.

        A withdrawal stops what happened before it and was not yet sent, and what happens until consent is granted
        again. The instants decide, not the order in which services heard of them: matching's facts and the referral's
        own come on different topics.
        """
        if self.withdrawn_at is None:
            return False
        return not (self.granted_again_at is not None and self.granted_again_at <= told_of)


@dataclass(frozen=True, slots=True)
class Feedback:
    """From when on what happens is told to the referrer, for each level above the receipt; None: it is not, now.

    Something is told if every level that was said since it happened allows it: less stops what is not yet sent, more
    begins with what happens next. As with a consent, the instants decide, not the order in which services heard.
    """

    decision: datetime | None = EVER
    progress: datetime | None = EVER
    outcome: datetime | None = EVER

    def said(self, level: str, at: datetime) -> "Feedback":
        """From ``at`` on the referrer hears so much. A level that is not known here is no more than the receipt."""
        allowed = LEVELS[1 : LEVELS.index(level) + 1] if level in LEVELS else ()
        since = {one: (self.since(one) or at) if one in allowed else None for one in LEVELS[1:]}
        return Feedback(**since)

    def since(self, level: str) -> datetime | None:
        """From when on what needs ``level`` is told."""
        return {RECEIPT: EVER, DECISION: self.decision, PROGRESS: self.progress, OUTCOME: self.outcome}[level]

    def stops(self, needed: str, told_of: datetime) -> bool:
        """Whether a message that needs ``needed`` about something at ``told_of`` must not be sent."""
        since = self.since(needed)
        return since is None or told_of < since


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as far as telling goes. All ids are pseudonyms.

    Until its making is heard it is a placeholder: ``made`` is false, and what happens to it waits. Once its person is
    ``erased`` nobody is told anything more of it.
    """

    id: UUID
    person_id: UUID | None = None
    referring_organisation_id: UUID | None = None
    programme_organisation_id: UUID | None = None
    self_referred: bool = False
    died: bool = False
    erased: bool = False
    contact_person: Consent = Consent()
    tell_referrer: Consent = Consent()
    share_referral: Consent = Consent()
    feedback: Feedback = Feedback()

    @property
    def made(self) -> bool:
        """Whether it is known whom to tell."""
        return self.person_id is not None and self.referring_organisation_id is not None


def stopped(referral: Referral, recipient_kind: str, told_of: datetime, *, needed: str) -> str | None:
    """Why a message that tells of something at ``told_of`` must not be sent now; None when it may.

    A death stops every unsent message to the person, and to a supporter too: a human tells the supporter, and no
    cheerful mail may come first. Organisations still hear: the referrer at the level of feedback that the person agreed
    to, of which this message needs ``needed``, and the programme's while the referral is shared with it. Nobody hears
    anything of somebody who was erased.
    """
    if referral.erased:
        return ERASED
    if referral.died and recipient_kind in {PERSON, SUPPORTER}:
        return DIED
    if recipient_kind in _CONSENT and _CONSENT[recipient_kind](referral).stops(told_of):
        return CONSENT_WITHDRAWN
    if recipient_kind == REFERRER and referral.feedback.stops(needed, told_of):
        return BEYOND_FEEDBACK
    return None


_CONSENT: Final[Mapping[str, Callable[[Referral], Consent]]] = {
    PERSON: lambda referral: referral.contact_person,
    REFERRER: lambda referral: referral.tell_referrer,
    PROGRAMME: lambda referral: referral.share_referral,
}
"""What the person agrees to so that somebody is told. A supporter is told because they agreed themself."""
