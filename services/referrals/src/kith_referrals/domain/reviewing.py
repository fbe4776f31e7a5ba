"""A record whose time is over: a human looks at it, and keeps it for a while more or has it erased."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.person_refusals import KeptInThePast, ReviewDecided
from kith_referrals.domain.retention import Kept, Life, RetentionRule, kept


class Choice(StrEnum):
    """What a human decides."""

    KEEP = "keep"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Review:
    """A record to be looked at. ``kept_until`` was the last day of the line that kept it longest; civil dates.

    ``keep_until`` is the day until which somebody decided to keep it; ``decided_by`` is their token's subject.
    """

    id: UUID
    person_id: UUID
    organisation_id: UUID
    record: str
    source: str
    kept_until: date
    opened_on: date
    version: int = 1
    decision: Choice | None = None
    keep_until: date | None = None
    decided_by: str | None = None
    decided_on: date | None = None


def look(schedule: list[RetentionRule], life: Life, today: date) -> tuple[Kept | None, date]:
    """The line of a record whose time is over, or None; and the day on which to look at it again.

    A record to which no line applies is looked at again after a year: its class may have changed, and a human should
    then know.
    """
    lines = kept(schedule, life)
    if not lines:
        return None, today + timedelta(days=365)
    longest = lines[0]
    return (longest, today) if longest.until < today else (None, longest.until + timedelta(days=1))


def decide(review: Review, choice: Choice, keep_until: date | None, *, by: str, today: date) -> Review:
    """The review as it was decided. Raises ``ReviewDecided``, or ``KeptInThePast`` where nothing is kept any longer."""
    if review.decision is not None:
        raise ReviewDecided
    if choice is Choice.KEEP and (keep_until is None or keep_until <= today):
        raise KeptInThePast
    until = keep_until if choice is Choice.KEEP else None
    return replace(
        review, version=review.version + 1, decision=choice, keep_until=until, decided_by=by, decided_on=today
    )
