"""Complaints: taken, acknowledged, answered and closed, each by its day; escalated where the answer is not enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.refusals import MoveRefused, Unacceptable

ACKNOWLEDGE_WITHIN: Final = timedelta(days=30)
"""As the Data (Use and Access) Act 2025 asks for complaints about data; here every complaint is owed it."""


class ReceivedAfterToday(Unacceptable):
    """Nobody complains, and nobody answers, tomorrow."""

    code = "complaint-after-today"
    says = "The day lies after today. Give the day on which it happened."


class ComplaintBackwards(Unacceptable):
    """One step comes after another."""

    code = "complaint-backwards"
    says = "The day lies before what came before it. Check the two dates."


class OutcomeMissing(Unacceptable):
    """An answer says what came of it; no other step does."""

    code = "complaint-outcome"
    says = "Answering needs an outcome (upheld, partly-upheld, not-upheld, withdrawn); the other steps have none."


class Category(StrEnum):
    """What it is about."""

    WAITING = "waiting"
    CONDUCT = "conduct"
    QUALITY = "quality"
    COMMUNICATION = "communication"
    DATA_PROTECTION = "data-protection"
    DISCRIMINATION = "discrimination"
    SAFETY = "safety"
    OTHER = "other"


class State(StrEnum):
    """How far a complaint has come."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    CLOSED = "closed"


class Step(StrEnum):
    """What is done with a complaint."""

    ACKNOWLEDGE = "acknowledge"
    ESCALATE = "escalate"
    ANSWER = "answer"
    CLOSE = "close"


class Outcome(StrEnum):
    """What came of it."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"
    WITHDRAWN = "withdrawn"


BEGINS: Final[Mapping[Step, frozenset[State]]] = {
    Step.ACKNOWLEDGE: frozenset({State.RECEIVED}),
    Step.ESCALATE: frozenset({State.ACKNOWLEDGED, State.ANSWERED}),
    Step.ANSWER: frozenset({State.ACKNOWLEDGED, State.ESCALATED}),
    Step.CLOSE: frozenset({State.ANSWERED}),
}
"""Each step, and where it may begin: nothing is answered unseen, and nothing closed without an answer."""

LEADS: Final[Mapping[Step, State]] = {
    Step.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Step.ESCALATE: State.ESCALATED,
    Step.ANSWER: State.ANSWERED,
    Step.CLOSE: State.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint to an organisation; days are civil dates (Europe/London).

    ``answer_by`` is the day that was promised. ``words`` are what was said, for the organisation's administrators
    alone. ``moved_on`` is the day of the last step.
    """

    id: UUID
    organisation_id: UUID
    category: Category
    received_on: date
    answer_by: date
    programme_id: UUID | None = None
    referral_id: UUID | None = None
    words: str | None = field(default=None, repr=False)
    state: State = State.RECEIVED
    acknowledged_on: date | None = None
    escalated_on: date | None = None
    answered_on: date | None = None
    closed_on: date | None = None
    outcome: Outcome | None = None
    version: int = 1

    @property
    def due_on(self) -> date | None:
        """The last day for what is owed next: to acknowledge it, to answer it; None where nothing is owed."""
        match self.state:
            case State.RECEIVED:
                return min(self.received_on + ACKNOWLEDGE_WITHIN, self.answer_by)
            case State.ACKNOWLEDGED | State.ESCALATED:
                return self.answer_by
            case State.ANSWERED | State.CLOSED:
                return None

    @property
    def moved_on(self) -> date:
        """The day of the last step."""
        days = (self.acknowledged_on, self.escalated_on, self.answered_on, self.closed_on)
        return max([self.received_on, *(day for day in days if day is not None)])


def taken(complaint: Complaint, today: date) -> Complaint:
    """The complaint, if its days are in order. Raises ``ReceivedAfterToday`` or ``ComplaintBackwards``."""
    if complaint.received_on > today:
        raise ReceivedAfterToday
    if complaint.answer_by < complaint.received_on:
        raise ComplaintBackwards
    return complaint


def move(complaint: Complaint, step: Step, on: date, outcome: Outcome | None, today: date) -> Complaint:
    """The complaint after a step. An answer that was escalated is owed again, by the same day.

    Raises ``MoveRefused``, ``OutcomeMissing``, ``ReceivedAfterToday`` or ``ComplaintBackwards``.
    """
    if complaint.state not in BEGINS[step]:
        raise MoveRefused(_possible(complaint.state))
    if (step is Step.ANSWER) != (outcome is not None):
        raise OutcomeMissing
    if on > today:
        raise ReceivedAfterToday
    if on < complaint.moved_on:
        raise ComplaintBackwards
    moved = replace(complaint, state=LEADS[step], version=complaint.version + 1)
    match step:
        case Step.ACKNOWLEDGE:
            return replace(moved, acknowledged_on=on)
        case Step.ESCALATE:
            return replace(moved, escalated_on=on)
        case Step.ANSWER:
            return replace(moved, answered_on=on, outcome=outcome)
        case Step.CLOSE:
            return replace(moved, closed_on=on)


def _possible(state: State) -> str:
    steps = [step.value for step, begins in BEGINS.items() if state in begins]
    can = f"what can be done is to {' or '.join(steps)} it" if steps else "nothing more can happen to it"
    return f"The complaint is {state}: {can}."
