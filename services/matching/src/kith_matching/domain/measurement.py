"""An instrument that somebody answered: when, how and with whose help, and what has to be seen of it by a human.

Answers are kept as they were given, with the version of the instrument; what they come to is reckoned whenever they are
read (``domain.scoring``), so that there are no two truths.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.instrument import Instrument, ItemText
from kith_matching.domain.referral import Referral, check_remembered
from kith_matching.domain.refusals import MatchingRefused, NotFound
from kith_matching.domain.scoring import Changed, Scored, change, score, take_imported
from kith_matching.domain.terms import MeasureAsked

SUPPORTER: Final = "supporter"
"""Whose answers a plan asks for, where they are kept with no referral (``record_own``)."""
_SECOND: Final = 2


class Whose(StrEnum):
    """Whose answers they are, of those that are kept with a referral. No file asks a household as one."""

    PERSON = "person"
    CARER = "carer"
    """Of whoever cares for the person and comes with them (RE, *National Dementia Strategy*; MH, *Self-help for People
    with Dementia*). Nobody names them: they are known by the referral alone."""


class Moment(StrEnum):
    """When somebody was asked."""

    BASELINE = "baseline"
    REVIEW = "review"
    ENDING = "ending"
    FOLLOW_UP = "follow-up"


class Mode(StrEnum):
    """How the questions were put."""

    PAPER = "paper"
    ONLINE = "online"
    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"


class Helper(StrEnum):
    """Who was with them: being helped changes what people answer (Warwick)."""

    COORDINATOR = "coordinator"
    SUPPORTER = "supporter"
    FAMILY_OR_CARER = "family-or-carer"
    INTERPRETER = "interpreter"
    SOMEBODY_ELSE = "somebody-else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody answered, or the score of it that was reckoned elsewhere (``imported``, ``licence_holder``).

    ``taken_on`` is a day in Europe/London; ``planned`` what the programme's plan asks for at this moment.
    ``risk_items`` were answered above 0: a concern is raised for them.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    instrument: str
    version: str
    moment: Moment
    taken_on: date
    language: str
    mode: Mode
    helped_by: tuple[Helper, ...]
    recorded_at: datetime
    recorded_by: str
    answers: Mapping[str, int] | None = field(default=None, repr=False)
    imported: Mapping[str, str] | None = field(default=None, repr=False)
    licence_holder: str | None = None
    planned: bool = False
    risk_items: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Answered):
    """What the person of a referral answered, or the carer who comes with them.

    ``late`` is a baseline after the second session, by the sessions logged when it was recorded.
    """

    referral_id: UUID
    of: Whose = Whose.PERSON
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeasure(Answered):
    """What a supporter answered about themself (RE: also "the volunteers" gain, and it is worth knowing).

    How they are is theirs: who organises sees that they answered, and nothing of what.
    """

    supporter_id: UUID


class MeasurementNotFound(NotFound):
    """No measurement of this organisation has the id."""

    code = "measurement-not-found"
    advice = "No measurement of your organisation has this id."


class LicenceMissing(MatchingRefused):
    """Some instruments are free only for those who registered, and registering is theirs to do."""

    code = "licence-missing"
    advice = (
        "This instrument is free to use once your organisation has registered with its owner. Register, then record "
        "the reference you were given."
    )


class NoLicenceNeeded(MatchingRefused):
    """A licence is recorded where it opens something."""

    code = "no-licence-needed"
    advice = "No licence is recorded for this instrument: it is free to ask, or only its score is imported."


def record(
    asked: Measurement,
    instrument: Instrument,
    referral: Referral,
    *,
    licensed: bool,
    plan: Collection[MeasureAsked],
    sessions: Iterable[date],
    today: date,
) -> Measurement:
    """The measurement as it is kept: marked late or planned, and with the risk items that must be seen.

    ``sessions`` are the days on which sessions with the person happened. What was answered after the referral closed
    is taken: that is when endings and follow-ups are asked. Raises ``PersonErased``, ``ConsentWithdrawn``,
    ``InTheFuture``, ``LicenceMissing``, and what ``score`` and ``take_imported`` do.
    """
    check_remembered(referral)
    if not referral.consented:
        raise refusals.ConsentWithdrawn
    _check(asked, instrument, licensed=licensed, today=today)
    return replace(
        asked,
        late=asked.moment is Moment.BASELINE and sum(day < asked.taken_on for day in sessions) >= _SECOND,
        planned=any(_asks(measure, asked, asked.of) for measure in plan),
        risk_items=scored(asked, instrument).risk_items,
    )


def record_own(
    asked: OwnMeasure, instrument: Instrument, *, licensed: bool, plan: Collection[MeasureAsked], today: date
) -> OwnMeasure:
    """What a supporter answered, as it is kept. Raises as ``record`` does of what was answered."""
    _check(asked, instrument, licensed=licensed, today=today)
    return replace(
        asked,
        planned=any(_asks(measure, asked, SUPPORTER) for measure in plan),
        risk_items=scored(asked, instrument).risk_items,
    )


def _check(asked: Answered, instrument: Instrument, *, licensed: bool, today: date) -> None:
    if asked.taken_on > today:
        raise refusals.InTheFuture
    if instrument.item_text is ItemText.LICENSED and not licensed:
        raise LicenceMissing


def scored(measurement: Answered, instrument: Instrument) -> Scored:
    """What the measurement comes to. Raises as ``score`` and ``take_imported``."""
    return reckon(instrument, measurement.version, measurement.answers, measurement.imported)


def reckon(
    instrument: Instrument, version: str, answers: Mapping[str, int] | None, imported: Mapping[str, str] | None
) -> Scored:
    """What answers, or an imported score, come to. Raises as ``score`` and ``take_imported``."""
    if imported is not None:
        return take_imported(instrument, {code: Decimal(value) for code, value in imported.items()})
    return score(instrument, version, answers or {})


def since_baseline(all_: Sequence[Answered], one: Answered, instrument: Instrument) -> tuple[Changed, ...]:
    """How ``one`` differs from the first baseline of the same instrument and version, taken by the same day or before.

    ``all_`` are answers of the same human. Nothing where there is none, or where it is that baseline itself.
    """
    first = min(
        (
            other
            for other in all_
            if (other.instrument, other.version, other.moment) == (one.instrument, one.version, Moment.BASELINE)
            and other.taken_on <= one.taken_on
        ),
        key=lambda other: (other.taken_on, other.id),
        default=None,
    )
    if first is None or first.id == one.id:
        return ()
    return change(instrument, scored(first, instrument), scored(one, instrument))


def check_needs_licence(instrument: Instrument) -> None:
    """Raises ``NoLicenceNeeded``."""
    if instrument.item_text is not ItemText.LICENSED:
        raise NoLicenceNeeded


def _asks(measure: MeasureAsked, taken: Answered, of: str) -> bool:
    if measure.of != of or measure.instrument != taken.instrument:
        return False
    return taken.moment in measure.at or (taken.moment is Moment.FOLLOW_UP and measure.weeks_after_ending is not None)
