"""What a programme promises those who wait for it, and the day from which a promise is missed."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kith_referrals.domain.nations import Nation

TO_ACKNOWLEDGE: Final = 2
"""Working days in which a programme's organisation says that it has a referral."""
TO_DECIDE: Final = 5
"""Working days in which it decides."""
ATTEMPTS: Final = 3
"""Days on which a programme tries to reach a person before it gives up, where it says nothing else."""


class Promise(StrEnum):
    """What is to be done by a day. The words are those of the fact ``promise-missed``."""

    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    TAKE_ON = "take-on"
    """Match whoever waits, in as many days as the programme says that one waits."""
    LOOK_AGAIN = "look-again"
    """Ask somebody again who was not ready yet."""

    def missed_from(self, due_on: date) -> date:
        """The first day on which it counts as missed: the one after it was due; but one looks again on the day."""
        return due_on if self is Promise.LOOK_AGAIN else due_on + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme says of itself that its referrals are held to.

    ``promised_wait_days`` are days of the calendar, None where it promises nothing. Working days are those of
    ``nation``.
    """

    nation: Nation = Nation.ENGLAND
    promised_wait_days: int | None = None
    contact_attempts: int = ATTEMPTS


UNSAID: Final = Terms()
"""What holds where a programme says nothing else."""
