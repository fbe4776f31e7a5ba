"""What a programme's organisation tried to reach a person: when, how, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain import lifecycle
from kith_referrals.domain.referral import Referral
from kith_referrals.domain.refusals import Unacceptable
from kith_referrals.domain.steps import Actor


class Way(StrEnum):
    """How somebody was tried to be reached."""

    TELEPHONE = "telephone"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"


class Outcome(StrEnum):
    """What came of it. All but the first were in vain."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    LEFT_MESSAGE = "left-message"
    WRONG_ADDRESS = "wrong-address"
    """The number or the address is not the person's."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, at an instant (UTC). ``note`` is for the programme's organisation alone."""

    id: UUID
    attempted_at: datetime
    channel: Way
    outcome: Outcome
    note: str | None = field(default=None, repr=False)


class AttemptAfterNow(Unacceptable):
    """Only what was tried is on the record."""

    code = "attempt-after-now"
    says = "The attempt lies after now. Log it once it was made."


class AttemptBeforeReferral(Unacceptable):
    """What was tried before the referral was made was not tried for it."""

    code = "attempt-before-referral"
    says = "The attempt lies before the referral was made. Check the day; what was tried for it came after."


def check_attempt(referral: Referral, attempt: Attempt, by: Actor, now: datetime) -> None:
    """Let an attempt on the record that the programme's organisation made for a referral, between its making and now.

    Raises ``NotYourProgramme``, ``AttemptAfterNow``, ``AttemptBeforeReferral``, or ``MoveRefused`` where nobody is to
    be reached any more.
    """
    lifecycle.check_programme(referral, by)
    lifecycle.check_open(referral, by)
    if attempt.attempted_at > now:
        raise AttemptAfterNow
    if attempt.attempted_at < referral.submitted_at:
        raise AttemptBeforeReferral
