"""How many people answered an instrument twice, and how many answered otherwise by more than its own error.

It says that answers changed, and how many gave both; never why. Whoever begins when they are at their worst is better
later whatever happens, and who answers twice may differ from who does not (governance: regression to the mean).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from kith_matching.domain.instrument import Instrument
from kith_matching.domain.measures_due import Asked
from kith_matching.domain.publishing import FEWEST_FOR_A_MEAN, fit_to_show, parts_fit_to_show, percent_fit_to_show
from kith_matching.domain.scoring import Changed, Scored, Verdict, change

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Pair:
    """What somebody's first baseline came to, and the last that they answered later, if they did."""

    before: Scored = field(repr=False)
    after: Scored | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Numbers:
    """So many have a ``baseline``, ``both`` it and a later one, and a score of both (``compared``).

    ``changed`` has how many of those are of each ``Verdict``; None where no index of change is published. In what may
    be published a number is None where it is hidden.
    """

    baseline: int | None
    both: int | None
    compared: int | None
    changed: dict[Verdict, int | None] | None


@dataclass(frozen=True, slots=True)
class MeanChange:
    """The mean of the later value less the earlier one: of the total (``code`` is None), or of one part."""

    code: str | None
    mean: Decimal


@dataclass(frozen=True, slots=True)
class Counted:
    """What one version of an instrument came to, of people, carers or supporters.

    ``exact`` is for who reads each answer in any case: None of supporters, whose answers are theirs. ``to_publish`` is
    what may leave the programme, ``answered_again_percent`` with it. ``mean_changes`` are of ten people or more, where
    no index is published and a mean says anything.
    """

    instrument: str
    version: str
    of: Asked
    exact: Numbers | None
    to_publish: Numbers
    answered_again_percent: int | None
    mean_changes: tuple[MeanChange, ...]


def count(instrument: Instrument, version: str, of: Asked, pairs: Sequence[Pair]) -> Counted:
    """Count what the answers of each came to."""
    both = [(pair.before, pair.after) for pair in pairs if pair.after is not None]
    changes = [changed for before, after in both if (changed := change(instrument, before, after))]
    exact = Numbers(len(pairs), len(both), len(changes), _verdicts(changes) if instrument.change else None)
    return Counted(
        instrument=instrument.code,
        version=version,
        of=of,
        exact=None if of is Asked.SUPPORTER else exact,
        to_publish=_to_publish(exact, len(changes)),
        answered_again_percent=percent_fit_to_show(len(both), len(pairs)),
        mean_changes=_means(changes) if instrument.change is None and instrument.averaged else (),
    )


def _verdicts(changes: Iterable[tuple[Changed, ...]]) -> dict[Verdict, int | None]:
    found = dict.fromkeys(Verdict, 0)
    for changed in changes:
        for one in changed:
            if one.verdict is not None:
                found[one.verdict] += 1
    return {**found}


def _to_publish(exact: Numbers, compared: int) -> Numbers:
    baseline, both = (fit_to_show(number or 0) for number in (exact.baseline, exact.both))
    if exact.changed is None:
        return Numbers(baseline, both, fit_to_show(compared), None)
    shown, whole = parts_fit_to_show([number or 0 for number in exact.changed.values()])
    return Numbers(baseline, both, whole, dict(zip(exact.changed, shown, strict=True)))


def _means(changes: Iterable[tuple[Changed, ...]]) -> tuple[MeanChange, ...]:
    differences: dict[str | None, list[Decimal]] = defaultdict(list)
    for changed in changes:
        for one in changed:
            differences[one.code].append(one.difference)
    return tuple(
        MeanChange(code, (sum(found, Decimal()) / len(found)).quantize(_TENTH, ROUND_HALF_UP))
        for code, found in differences.items()
        if len(found) >= FEWEST_FOR_A_MEAN
    )
