"""Scores from answers, exactly as published; and whether a change is more than the instrument's own error.

One set of rules reads every instrument's data (``domain.instruments``). Numbers are exact: whole, or decimals with two
places where a published rule makes them so. A score says how somebody is on a scale; never what caused it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from kith_matching.domain.instrument import Band, Instrument, Item, Scoring
from kith_matching.domain.instruments import INSTRUMENTS
from kith_matching.domain.refusals import MatchingRefused, NotFound

_HUNDREDTH: Final = Decimal("0.01")
_MORE_OR_LESS: Final = 2


class NoScore(StrEnum):
    """Why there is no score."""

    TOO_MANY_MISSING = "too-many-missing"


class Verdict(StrEnum):
    """What a change is, where the instrument has an index. Without one a difference is only a difference."""

    RELIABLE_IMPROVEMENT = "reliable-improvement"
    POSSIBLE_IMPROVEMENT = "possible-improvement"
    NO_RELIABLE_CHANGE = "no-reliable-change"
    POSSIBLE_DETERIORATION = "possible-deterioration"
    RELIABLE_DETERIORATION = "reliable-deterioration"


@dataclass(frozen=True, slots=True)
class Part:
    """The value of an item that is reported alone, or of a subscale."""

    code: str
    value: Decimal = field(repr=False)
    band: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Scored:
    """What answers came to. What was answered is about somebody's health, and hides from ``repr``.

    ``total`` is None where items are reported alone (``parts``), and where ``no_score`` says why. ``case`` is None
    where no cut-off is published. ``risk_items`` were answered above 0, whatever the total; ``missing`` were not
    answered, and a risk item among them is not known to be 0.
    """

    total: Decimal | None = field(default=None, repr=False)
    band: str | None = field(default=None, repr=False)
    case: bool | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = ()
    risk_items: tuple[str, ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = ()
    no_score: NoScore | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The later value less the earlier one: of the total (``code`` is None), or of one part."""

    code: str | None
    difference: Decimal = field(repr=False)
    verdict: Verdict | None = field(default=None, repr=False)


class InstrumentNotFound(NotFound):
    """Nothing can be scored of which nothing is known."""

    code = "instrument-not-found"
    advice = "There is no instrument with this code. Choose one of those listed."


class WrongVersion(MatchingRefused):
    """Versions differ in order, range or polarity; answers to one are not scored as another."""

    code = "wrong-instrument-version"
    advice = "The answers are to another version of this instrument than the one known here. Look at its items first."


class UnknownItem(MatchingRefused):
    """An answer to a question that was not asked."""

    code = "unknown-item"
    advice = "An answer is to an item that this version of the instrument does not have. Look at its items first."


class AnswerOutOfRange(MatchingRefused):
    """An answer that the printed form does not offer."""

    code = "answer-out-of-range"
    advice = "An answer lies outside what its item allows. Look at the least and most of each item."


class OnlyImported(MatchingRefused):
    """Somebody's property is not asked here, only its score is kept."""

    code = "only-imported"
    advice = "Answers to this instrument are not taken: import the score that its licence holder reckoned."


class NotImported(MatchingRefused):
    """A score of what is scored here comes from its answers, so that it can be checked."""

    code = "not-imported"
    advice = "This instrument is scored here: send its answers, not a score."


def get_instrument(code: str) -> Instrument:
    """The instrument with this code. Raises ``InstrumentNotFound``."""
    if code not in INSTRUMENTS:
        raise InstrumentNotFound
    return INSTRUMENTS[code]


def score(instrument: Instrument, version: str, answers: Mapping[str, int]) -> Scored:
    """What the answers come to, each by its item's code.

    Raises ``OnlyImported``, ``WrongVersion``, ``UnknownItem`` and ``AnswerOutOfRange``. Too few answers are no refusal:
    they are kept, without a score.
    """
    if instrument.scoring is Scoring.IMPORTED:
        raise OnlyImported
    if version != instrument.version:
        raise WrongVersion
    values = {code: Decimal(value) for code, value in answers.items()}
    check_values(instrument, values)
    missing = tuple(item.code for item in instrument.items if item.code not in answers)
    risks = tuple(code for code in instrument.risk_items if answers.get(code, 0) > 0)
    if len(missing) > instrument.may_be_missing:
        return Scored(risk_items=risks, missing=missing, no_score=NoScore.TOO_MANY_MISSING)
    if instrument.scoring is Scoring.ALONE:
        return Scored(parts=alone(instrument, values), risk_items=risks, missing=missing)
    total = _total(instrument, answers)
    return Scored(
        total=total,
        band=band_of(instrument.bands, total),
        case=None if instrument.case_from is None else total >= instrument.case_from,
        parts=_subscales(instrument, answers),
        risk_items=risks,
        missing=missing,
    )


def find_risks(code: str, answers: Mapping[str, int | Decimal]) -> tuple[str, ...]:
    """The risk items of the instrument with this code that are above 0 in what was sent, whatever else is wrong.

    Nothing is asked of the version, the range or the other items: a mistake in those makes nobody safe. Of what has no
    risk items, or is not known at all, there are none.
    """
    known = INSTRUMENTS.get(code)
    return tuple(item for item in known.risk_items if answers.get(item, 0) > 0) if known else ()


def take_imported(instrument: Instrument, values: Mapping[str, Decimal]) -> Scored:
    """What was reckoned elsewhere, held against its range. Raises as ``score``, and ``NotImported``."""
    if instrument.scoring is not Scoring.IMPORTED:
        raise NotImported
    check_values(instrument, values)
    missing = tuple(item.code for item in instrument.items if item.code not in values)
    if len(missing) > instrument.may_be_missing:
        return Scored(missing=missing, no_score=NoScore.TOO_MANY_MISSING)
    return Scored(parts=alone(instrument, values), missing=missing)


def change(instrument: Instrument, before: Scored, after: Scored) -> tuple[Changed, ...]:
    """How much the total changed, or each part that both have. Nothing, where either has no score.

    An improvement is towards where the instrument says it is better. A verdict is on totals alone: the indices were
    published for those.
    """
    if before.total is not None and after.total is not None:
        difference = after.total - before.total
        return (Changed(None, difference, _verdict(instrument, difference)),)
    earlier = {part.code: part.value for part in before.parts}
    return tuple(Changed(part.code, part.value - earlier[part.code]) for part in after.parts if part.code in earlier)


def check_values(instrument: Instrument, values: Mapping[str, Decimal]) -> None:
    """Raises ``UnknownItem`` and ``AnswerOutOfRange``."""
    items = {item.code: item for item in instrument.items}
    if not values.keys() <= items.keys():
        raise UnknownItem
    if any(not items[code].least <= value <= items[code].most for code, value in values.items()):
        raise AnswerOutOfRange


def alone(instrument: Instrument, values: Mapping[str, Decimal]) -> tuple[Part, ...]:
    """Each item's value by itself, in the order of the form; as it was given, for none is reversed to be shown."""
    own = dict(instrument.item_bands)
    return tuple(
        Part(item.code, values[item.code], band_of(own.get(item.code, instrument.bands), values[item.code]))
        for item in instrument.items
        if item.code in values
    )


def band_of(bands: Collection[Band], value: Decimal) -> str | None:
    """The highest band that begins at the value or below it."""
    reached = [band.name for band in bands if band.least <= value]
    return reached[-1] if reached else None


def counted(item: Item, answer: int) -> int:
    """The answer as it counts in a sum: seen from the other end where the item is worded the other way round."""
    return item.least + item.most - answer if item.reversed else answer


def _total(instrument: Instrument, answers: Mapping[str, int]) -> Decimal:
    values = [counted(item, answers[item.code]) for item in instrument.items if item.code in answers]
    if instrument.scoring is Scoring.COUNTED:
        return Decimal(sum(value >= _MORE_OR_LESS for value in values))
    raw = sum(values)
    if instrument.scoring is Scoring.CONVERTED:
        return instrument.conversion[raw - sum(item.least for item in instrument.items)]
    if len(values) == len(instrument.items):
        return Decimal(raw)
    return (Decimal(raw * len(instrument.items)) / len(values)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _subscales(instrument: Instrument, answers: Mapping[str, int]) -> tuple[Part, ...]:
    """Of each subscale that was answered wholly, how many of its answers count."""
    scales = dict.fromkeys(item.scale for item in instrument.items if item.scale)
    inside = {scale: [item for item in instrument.items if item.scale == scale] for scale in scales}
    return tuple(
        Part(scale, Decimal(sum(counted(item, answers[item.code]) >= _MORE_OR_LESS for item in items)))
        for scale, items in inside.items()
        if all(item.code in answers for item in items)
    )


def _verdict(instrument: Instrument, difference: Decimal) -> Verdict | None:
    index = instrument.change
    if index is None:
        return None
    better = (difference > 0) == instrument.higher_is_better
    if index.reliable is not None and abs(difference) >= index.reliable:
        return Verdict.RELIABLE_IMPROVEMENT if better else Verdict.RELIABLE_DETERIORATION
    if index.possible is not None and abs(difference) >= index.possible:
        return Verdict.POSSIBLE_IMPROVEMENT if better else Verdict.POSSIBLE_DETERIORATION
    return Verdict.NO_RELIABLE_CHANGE
