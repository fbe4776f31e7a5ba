"""What falls due for coordinators: one letter a day that says so, and one at once for what cannot wait."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from kith_notifications.domain.referral import PROGRAMME
from kith_notifications.domain.telling import Message, Recipient

DUE: Final = "work-due"
LOOK_NOW: Final = "look-now"


@dataclass(frozen=True, slots=True)
class Work:
    """Something that fell due. ``told_on`` is the day (Europe/London) on which that was told."""

    id: UUID
    organisation_id: UUID
    told_on: date
    at: datetime
    at_once: bool = False


def message_of(work: Work) -> Message:
    """The letter that tells of it. All that falls due on one day is one reason, and so one letter."""
    recipient = Recipient(PROGRAMME, work.organisation_id)
    if work.at_once:
        return Message(work.id, f"{LOOK_NOW}/{work.id}", recipient, told_of=work.at, story_kind="work")
    of_day = uuid5(work.organisation_id, work.told_on.isoformat())
    return Message(work.organisation_id, f"{DUE}/{of_day}", recipient, told_of=work.at, story_kind="organisation")
