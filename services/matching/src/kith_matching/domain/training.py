"""Trainings that somebody finished, until when each counts, and what a programme asks of its supporters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kith_matching.domain.lasting import months_after
from kith_matching.domain.refusals import InTheFuture, MatchingRefused, PairStopped
from kith_matching.domain.terms import Rule, Terms, TrainingAsked

LOW_MOOD: Final = "low-mood"
"""The need that asks for a supporter who is trained in mental health, where a programme says so (LTC)."""


CONFLICT_RESOLUTION: Final = "conflict-resolution"
"""What somebody who mediates is trained in (MH, *Peer Mediation*)."""


class TrainingMissing(PairStopped):
    """A programme's supporters have its trainings, in date."""

    code = "training-missing"
    advice = "The supporter has not finished a training that the programme asks for, or it has run out. Record it."


class NotTrainedForLowMood(PairStopped):
    """Where low mood is recorded, the programme asks for a supporter who is trained in mental health (LTC)."""

    code = "not-trained-for-low-mood"
    advice = (
        "Low mood is recorded, and the supporter has none of the programme's trainings in mental health in date. "
        "Choose one who has, or record the training."
    )


class TrainingBackwards(MatchingRefused):
    """A training that ran out before it was finished never counted."""

    code = "training-backwards"
    advice = "The training would run out before it was finished. Check the two days."


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """As much of a training as hard rules look at. Days are days in Europe/London.

    ``valid_until`` is the last on which it counts, where it says one itself.
    """

    code: str
    finished_on: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord(Training):
    """A training that a supporter, or somebody who works for the organisation, has finished (LTC trains both).

    Who works there is known by the issuer's opaque ``subject``, never by name. ``credits`` are what it counts for
    elsewhere, ``placement_weeks`` those that were done (HH).
    """

    id: UUID
    organisation_id: UUID
    supporter_id: UUID | None = None
    subject: str | None = None
    credits: str | None = None
    placement_weeks: int | None = None


def finished(training: TrainingRecord, today: date) -> TrainingRecord:
    """The training, if it can have been so. Raises ``InTheFuture`` and ``TrainingBackwards``."""
    if training.finished_on > today:
        raise InTheFuture
    if training.valid_until is not None and training.valid_until < training.finished_on:
        raise TrainingBackwards
    return training


def trained_until(asked: TrainingAsked, held: Sequence[Training]) -> date | None:
    """The last day on which one of those held counts as the one asked for; None without one.

    ``date.max`` does not run out. Of the programme's months and the day that the training itself says, the sooner
    counts.
    """
    return max((_counts_until(one, asked.valid_months) for one in held if one.code == asked.code), default=None)


def missing(terms: Terms, held: Sequence[Training], today: date) -> tuple[str, ...]:
    """The trainings that the programme asks for and that are not held, or not in date, on a day."""
    until = ((one.code, trained_until(one, held)) for one in terms.training)
    return tuple(code for code, day in until if day is None or day < today)


def is_trained(terms: Terms, codes: Iterable[str], held: Sequence[Training], today: date) -> bool:
    """Whether one of these trainings is held, in date on a day by the programme's months, required of all or not."""
    months = {one.code: one.valid_months for one in (*terms.training, *terms.optional_training)}
    asked = (TrainingAsked(code, months.get(code)) for code in codes)
    return any(day >= today for one in asked if (day := trained_until(one, held)) is not None)


def is_trained_for_low_mood(terms: Terms, held: Sequence[Training], today: date) -> bool:
    """Whether somebody may be asked to support a person with low mood: one training in date is enough."""
    return Rule.TRAINED_FOR_LOW_MOOD not in terms.rules or is_trained(terms, terms.low_mood_training, held, today)


def _counts_until(training: Training, months: int | None) -> date:
    ends = [training.valid_until] if training.valid_until is not None else []
    if months is not None:
        ends.append(months_after(training.finished_on, months))
    return min(ends, default=date.max)
