"""What of a count may leave the programme: few are hidden, the rest is rounded, and nothing is told by subtraction.

The rules are those of the hospital statistics of NHS England at sub-national level (HES, from 2018): 1 to 7 is not
shown, other counts are rounded to the nearest 5. Hiding alone still says what is hidden where the rest of a table adds
up, so another number is hidden wherever fewer than three would do.
"""

from collections.abc import Sequence
from typing import Final

FEW: Final = 7
"""Counts from 1 to this are not shown."""
STEP: Final = 5
"""Other counts are rounded to the nearest multiple of this."""
LEAST_WHOLE: Final = 25
"""No share is shown of fewer than this."""
FEWEST_FOR_A_MEAN: Final = 10
"""No mean is shown of fewer people than this."""
FEASIBLE: Final = 3
"""How many numbers a hidden one could be, at least, for whoever sees the others."""


def fit_to_show(count: int) -> int | None:
    """The count as it may be shown: 0 as it is, None for few, else rounded."""
    if 0 < count <= FEW:
        return None
    return (count + STEP // 2) // STEP * STEP


def percent_fit_to_show(part: int, whole: int) -> int | None:
    """What share the one is of the other in whole percent, from what may be shown of both; None where it is too few."""
    shown, of = fit_to_show(part), fit_to_show(whole)
    if shown is None or of is None or of < LEAST_WHOLE:
        return None
    return (200 * shown + of) // (2 * of)


def parts_fit_to_show(parts: Sequence[int]) -> tuple[list[int | None], int | None]:
    """The parts of a whole, and the whole, as they may be shown together.

    Where one part alone is hidden, and what is shown leaves fewer than ``FEASIBLE`` numbers that it could be, the least
    of the others is hidden too.
    """
    shown, whole = [fit_to_show(part) for part in parts], fit_to_show(sum(parts))
    hidden = [place for place, part in enumerate(shown) if part is None]
    if len(hidden) == 1 and whole is not None and len(_feasible(shown, whole)) < FEASIBLE:
        others = [place for place, part in enumerate(shown) if part]
        if others:
            shown[min(others, key=lambda place: (parts[place], place))] = None
    return shown, whole


def _feasible(shown: Sequence[int | None], whole: int) -> list[int]:
    """What the one hidden part could be, for whoever knows the rules and sees the rest."""
    known = [part for part in shown if part is not None]
    least, most = sum(_span(part)[0] for part in known), sum(_span(part)[1] for part in known)
    lowest, highest = _span(whole)
    return [one for one in range(1, FEW + 1) if lowest - most <= one <= highest - least]


def _span(shown: int) -> tuple[int, int]:
    """The counts that are shown as this number, from the least to the most."""
    if shown == 0:
        return 0, 0
    return max(shown - STEP // 2, FEW + 1), shown + STEP // 2
