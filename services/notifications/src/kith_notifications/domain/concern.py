"""Who hears of a concern that nobody answers: the lead at once, then the deputy, then a trustee.

Concerns are told at least once: a duplicate is safer than silence. No consent stops them, and a letter that cannot be
delivered is passed on without waiting for the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from kith_notifications.domain.referral import PROGRAMME
from kith_notifications.domain.telling import Message, Recipient

CONCERN: Final = "concern"
"""The story of these messages."""
RAISED: Final = "concern-raised"
UNANSWERED: Final = "sharing-unanswered"


class Unanswered(StrEnum):
    """What nobody has done in time."""

    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"


KINDS: Final = {Unanswered.ACKNOWLEDGE: "concern-unacknowledged", Unanswered.DECIDE: "concern-undecided"}
"""The letter that says so."""


class Level(StrEnum):
    """Who is told, one after the other."""

    LEAD = "lead"
    DEPUTY = "deputy"
    TRUSTEE = "trustee"


NEXT: Final = (Level.DEPUTY, Level.TRUSTEE)
"""To whom it is passed on."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One concern, as far as telling goes. Instants are UTC; ``desk_id`` None is the organisation's own address.

    ``passed_on`` says how often it was passed on for want of what is awaited now; ``next_at`` when it is again, None
    once everybody was told or it is decided.
    """

    id: UUID
    organisation_id: UUID
    desk_id: UUID | None
    acknowledge_by: datetime
    decide_by: datetime
    pass_on_after: timedelta
    awaits: Unanswered | None = Unanswered.ACKNOWLEDGE
    passed_on: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The next in line is told, for want of an answer."""

    concern: Concern
    to: Level
    unanswered: Unanswered


@dataclass(frozen=True, slots=True)
class Sharing:
    """Something of a concern was told to somebody, who has not answered by the day. ``at`` is when that was told."""

    id: UUID
    concern_id: UUID
    organisation_id: UUID
    desk_id: UUID | None
    at: datetime


def heard(concern: Concern) -> Concern:
    """The concern once its lead is told: it waits to be acknowledged."""
    return replace(concern, next_at=concern.acknowledge_by)


def answered(concern: Concern, answer: str) -> Concern:
    """The concern after an answer: acknowledged, it waits for a decision; decided, for nothing more."""
    if answer == "decided":
        return replace(concern, awaits=None, next_at=None)
    if answer == "acknowledged" and concern.awaits is Unanswered.ACKNOWLEDGE:
        return replace(concern, awaits=Unanswered.DECIDE, passed_on=0, next_at=concern.decide_by)
    return concern


def undelivered(concern: Concern, *, now: datetime) -> Concern:
    """The concern when a letter about it has failed: whoever comes next need not wait for the clock."""
    return concern if concern.next_at is None else replace(concern, next_at=min(concern.next_at, now))


def pass_on(concern: Concern, *, now: datetime) -> tuple[Concern, list[PassedOn]]:
    """Tell whoever is due, and say when to look again. What was missed while nobody looked is told at once."""
    steps = list(_steps(concern, now))
    return (steps[-1].concern if steps else concern), steps


def _steps(concern: Concern, now: datetime) -> Iterator[PassedOn]:
    while concern.awaits is not None and concern.next_at is not None and concern.next_at <= now:
        unanswered, to = concern.awaits, NEXT[concern.passed_on]
        passed_on = concern.passed_on + 1
        first = concern.acknowledge_by if unanswered is Unanswered.ACKNOWLEDGE else concern.decide_by
        after = first + passed_on * concern.pass_on_after if passed_on < len(NEXT) else None
        concern = replace(concern, passed_on=passed_on, next_at=after)
        yield PassedOn(concern, to, unanswered)


def message_of(concern: Concern, told: PassedOn | None, *, at: datetime) -> Message:
    """The letter to the lead; or to whom it was passed on."""
    level = told.to if told else Level.LEAD
    kind = KINDS[told.unanswered] if told else RAISED
    recipient = _desk(concern.desk_id, concern.organisation_id, level)
    return Message(concern.id, f"{kind}/{uuid5(concern.id, level)}", recipient, told_of=at, story_kind=CONCERN)


def reminder_of(sharing: Sharing) -> Message:
    """The letter to the lead of the desk, who asks again."""
    recipient = _desk(sharing.desk_id, sharing.organisation_id, Level.LEAD)
    reason = f"{UNANSWERED}/{sharing.id}"
    return Message(sharing.concern_id, reason, recipient, told_of=sharing.at, story_kind=CONCERN)


def _desk(desk_id: UUID | None, organisation_id: UUID, level: Level) -> Recipient:
    return Recipient(PROGRAMME, organisation_id) if desk_id is None else Recipient(f"duty-{level}", desk_id)
