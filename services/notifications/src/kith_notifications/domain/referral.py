"""What telling needs to know of a referral: whom it concerns, and which messages its person does not want."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

REFERRER: Final = "referrer"
PERSON: Final = "person"
SUPPORTER: Final = "supporter"

CONTACT_PERSON: Final = "contact-person"
TELL_REFERRER: Final = "tell-referrer"

CONSENT_WITHDRAWN: Final = "consent-withdrawn"
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
class Referral:
    """A referral as far as telling goes. All ids are pseudonyms.

    Until its making is heard it is a placeholder: ``made`` is false, and what happens to it waits. Once its person is
    ``erased`` nobody is told anything more of it.
    """

    id: UUID
    person_id: UUID | None = None
    referring_organisation_id: UUID | None = None
    self_referred: bool = False
    died: bool = False
    erased: bool = False
    contact_person: Consent = Consent()
    tell_referrer: Consent = Consent()

    @property
    def made(self) -> bool:
        """Whether it is known whom to tell."""
        return self.person_id is not None and self.referring_organisation_id is not None


def stopped(referral: Referral, recipient_kind: str, told_of: datetime) -> str | None:
    """Why a message that tells of something at ``told_of`` must not be sent now; None when it may.

    A death stops every unsent message to the person, and to a supporter too: a human tells the supporter, and no
    cheerful mail may come first. The referrer still hears that the referral was closed. Of somebody who was erased
    nobody hears anything.
    """
    if referral.erased:
        return ERASED
    if referral.died and recipient_kind != REFERRER:
        return DIED
    if recipient_kind == PERSON and referral.contact_person.stops(told_of):
        return CONSENT_WITHDRAWN
    if recipient_kind == REFERRER and referral.tell_referrer.stops(told_of):
        return CONSENT_WITHDRAWN
    return None
