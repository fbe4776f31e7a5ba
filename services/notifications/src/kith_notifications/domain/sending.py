"""How a message is handed to its channel: its states, what an attempt can come to, and when to try again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

EMAIL: Final = "email"

PENDING: Final = "pending"
SENDING: Final = "sending"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
STATES: Final = (PENDING, SENDING, DELIVERED, FAILED, CANCELLED)

NO_CHANNEL: Final = "no-channel"
REFUSED: Final = "refused"
GAVE_UP: Final = "gave-up"

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_TRIES: Final = 126
"""Tries before giving up on a message that the server keeps putting off: five days of waits.

RFC 5321 section 4.5.4.1 asks for at least four to five days. Only answers about this one message count; while the mail
server or the owner of the addresses cannot be reached, nothing is tried, and messages wait without end.
"""

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=30)

BATCH: Final = 50
"""Messages claimed at once: also the most mails that a kill can repeat."""
CLAIM: Final = timedelta(minutes=5)
"""How long a claim holds. After that the sender is taken for dead, and another may send."""
MAIL_LIMIT: Final = timedelta(seconds=45)
"""Longest time for one mail; then the connection is given up and the mail put off.

RFC 5321 section 4.5.3.2 allows minutes for single steps, between any two servers. Here it is the operator's own mail
server that takes the mail, and a loop that shows no sign of life for a minute counts as dead.
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this sender, and no other, hands over now. ``tries`` counts this attempt.

    ``repeated`` says that an earlier sender stopped between handing over and recording, so that this may be a second
    copy. Its ``Message-ID`` is made of ``id`` and so is the same.
    """

    id: UUID
    story_id: UUID
    kind: str
    recipient_kind: str
    recipient_id: UUID
    detail: str | None
    tries: int
    repeated: bool
    day: date | None = None
    story_kind: str = "referral"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel took it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not be delivered: ``no-channel``, ``refused`` or ``gave-up``."""

    code: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """The channel said *later* about this message, or was lost while it had it."""


@dataclass(frozen=True, slots=True)
class NotTried:
    """Nothing was handed over: the channel or the owner of the address could not be reached. It is no try."""


Outcome = Delivered | Failed | PutOff | NotTried


@dataclass(frozen=True, slots=True)
class Settled:
    """What one attempt changes in a message's row. ``due_at`` is when to look at it again, where that will be.

    ``given_back`` says that the try did not happen and is not counted.
    """

    message: Claimed
    state: str
    code: str | None
    due_at: datetime
    given_back: bool = False


def settle(message: Claimed, outcome: Outcome, *, faults: int, jitter: float, now: datetime) -> Settled:
    """What becomes of ``message`` after this attempt.

    What was put off too often has failed. What was not tried gives its try back, and one that may be a second copy
    stays so. ``faults`` is how often in a row the way was closed; ``jitter`` a chance from 0 to 1.
    """
    match outcome:
        case Delivered():
            return Settled(message, DELIVERED, None, now)
        case Failed(code=why):
            return Settled(message, FAILED, why, now)
        case PutOff() if message.tries >= MOST_TRIES:
            return Settled(message, FAILED, GAVE_UP, now)
        case PutOff():
            return Settled(message, PENDING, None, now + wait_after(message.tries, jitter=jitter))
        case NotTried():
            state = SENDING if message.repeated else PENDING
            return Settled(message, state, None, now + pause_after(faults, jitter=jitter), given_back=True)


def wait_after(tries: int, *, jitter: float) -> timedelta:
    """How long to wait after that many tries: doubling from a minute to an hour, and up to a quarter more.

    ``jitter`` is a chance from 0 to 1, so that what failed together is not tried together.
    """
    return _doubled(FIRST_WAIT, LONGEST_WAIT, tries) * (1 + jitter / 4)


def pause_after(faults: int, *, jitter: float) -> timedelta:
    """How long the whole sender rests after that many faults in a row: doubling from a second, up to half a minute."""
    return _doubled(FIRST_PAUSE, LONGEST_PAUSE, faults) * (1 + jitter / 4)


def may_begin(claimed_at: datetime, now: datetime) -> bool:
    """Whether another mail of a batch may begin: it, and the record of it, must end while the claim holds."""
    return now - claimed_at < CLAIM - 2 * MAIL_LIMIT


def _doubled(first: timedelta, longest: timedelta, times: int) -> timedelta:
    # Beyond twenty doublings every wait is the longest; the bound keeps the factor small.
    return min(first * (1 << (min(max(times, 1), 20) - 1)), longest)
