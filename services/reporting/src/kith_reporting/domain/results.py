"""What a programme that is paid in part by results has achieved: exact for the payer, and fit to be published."""

from collections.abc import Sequence
from dataclasses import dataclass

from kith_reporting.domain.suppression import fit_to_show


@dataclass(frozen=True, slots=True)
class Achieved:
    """One result that may be claimed: claims of it that stand, and that were reversed. None: too few to be shown."""

    result: str
    standing: int | None
    reversed: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How many families were proposed, identified, worked with and turned around (RE, *Troubled families agenda*).

    ``proposed`` households the payer hopes for, by the programme's file (None: it names no number). ``identified``
    referrals came, and ``worked_with`` of them were matched at least once: a family that is referred twice counts
    twice in both. ``turned_around`` different households have a claim that stands. None: too few to be shown.
    """

    proposed: int | None
    identified: int | None
    worked_with: int | None
    turned_around: int | None
    by_result: Sequence[Achieved]


def published(exact: Figures) -> Figures:
    """The figures as anybody may see them: each by itself, so that nothing is to be reckoned from two of them."""
    return Figures(
        _fit(exact.proposed),
        _fit(exact.identified),
        _fit(exact.worked_with),
        _fit(exact.turned_around),
        [Achieved(one.result, _fit(one.standing), _fit(one.reversed)) for one in exact.by_result],
    )


def _fit(count: int | None) -> int | None:
    return None if count is None else fit_to_show(count)
