"""A person asks, on their private page, that somebody on duty gets in touch: no reason, no words, one press.

They may be afraid, also of whoever supports them: so they are asked nothing, and nobody who organises is told. What
follows is the duty desk's: the matching service raises a concern of it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Where a private link leads, as far as help goes: whose referral it is, who answers, and for which district.

    ``organisation_id`` is the programme's: it supports the person, or may, whoever referred them.
    """

    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    district: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """Somebody asked, at an instant (UTC)."""

    id: UUID
    organisation_id: UUID
    referral_id: UUID
    asked_at: datetime


def hour_of(asked_at: datetime) -> datetime:
    """The hour (UTC) in which pressing again is the same request: a double click is not two concerns.

    After it they are told of again, for silence is worse than a second letter.
    """
    return asked_at.replace(minute=0, second=0, microsecond=0)
