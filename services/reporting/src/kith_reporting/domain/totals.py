"""What is counted for an organisation and a programme, and what those counts say about waiting."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID


class Side(StrEnum):
    """In which part an organisation sees a programme's figures. The two are never added up: most would count twice."""

    OWNER = "owner"
    """It runs the programme, and sees all that came to it."""
    REFERRER = "referrer"
    """It refers to the programme, and sees what became of its own referrals."""


MISSED: Final = {
    "acknowledge": "missed_acknowledge",
    "decide": "missed_decide",
    "take-on": "missed_take_on",
    "look-again": "missed_look_again",
}
"""The count of each promise that can be missed, by the word of the fact."""

OF_REFERRALS: Final = (
    "received",
    "undecided",
    "accepted",
    "declined",
    "proposed",
    "waiting",
    "waiting_since",
    "attending",
    "matched",
    "waited",
    "days_waited",
    "supported",
    "waiting_again",
    "closed",
    "sharing_withdrawn",
    *MISSED.values(),
    "sessions",
    "messages_delivered",
    "messages_failed",
)
"""What rows of referrals add to the counts of both sides."""

COUNTS: Final = (*OF_REFERRALS, "contacts", "people_reached", "supporters", "companions")
"""Every count there is, in the order in which the tables keep them."""


@dataclass(frozen=True, slots=True)
class Total:
    """The figures of one organisation for one programme. A name is None until its owner's fact has come.

    ``waiting``: accepted, neither matched nor closed, and in no group. ``attending``: the same, but was at a meeting of
    a group at least once. ``waiting_again``: matched once, and waits for another match. ``undecided``: received, and
    nothing has happened since, or since it was reopened; or the person is not ready yet. ``sessions``: on the owner's
    side each that happened, on the referrer's each time one of its people was there.
    ``companions``: each time that somebody came to a group's meeting with one who was referred, and is not named.
    ``waited`` counts the matched whose day of referral is known; ``waiting_since`` adds up the ordinals of the days
    on which the waiting were referred (``date.toordinal``), so that no day's passing changes a row.
    ``missed_…``: of how many referrals that promise was missed, however often: to acknowledge, to decide, to match in
    the days that the programme names, and to ask again who was not ready yet.
    """

    organisation_id: UUID
    organisation_name: str | None
    programme_id: UUID
    programme_name: str | None
    run_by: str | None
    side: Side
    received: int
    undecided: int
    accepted: int
    declined: int
    proposed: int
    waiting: int
    waiting_since: int
    attending: int
    matched: int
    waited: int
    days_waited: int
    supported: int
    waiting_again: int
    closed: int
    sharing_withdrawn: int
    missed_acknowledge: int
    missed_decide: int
    missed_take_on: int
    missed_look_again: int
    sessions: int
    messages_delivered: int
    messages_failed: int
    contacts: int
    people_reached: int
    supporters: int
    companions: int

    @property
    def mean_days_waited(self) -> float | None:
        """Days from being referred to the first match, on average, of those matched. None: nobody was."""
        return round(self.days_waited / self.waited, 1) if self.waited else None

    def mean_days_waiting(self, today: date) -> float | None:
        """Days that those who still wait have waited up to ``today``, on average. None: nobody waits."""
        return round(today.toordinal() - self.waiting_since / self.waiting, 1) if self.waiting else None

    @property
    def ended_before_match(self) -> int:
        """Received, and declined, withdrawn or closed before a match: what is left when the others are taken off."""
        return max(0, self.received - self.matched - self.attending - self.waiting - self.undecided)
