"""What of a count may be shown outside: few are hidden, the rest is rounded, and shares come from what is shown.

The rules are those of the hospital statistics of NHS England at sub-national level (HES, from 2018): 1 to 7 is not
shown, other counts are rounded to the nearest 5. A share is reckoned from rounded counts, in whole percent, and not
of fewer than 25.
"""

from typing import Final

FEW: Final = 7
"""Counts from 1 to this are not shown."""
STEP: Final = 5
"""Other counts are rounded to the nearest multiple of this."""
LEAST_WHOLE: Final = 25
"""No share is shown of fewer than this."""


def fit_to_show(count: int) -> int | None:
    """The count as it may be shown: 0 as it is, None for few, else rounded."""
    if 0 < count <= FEW:
        return None
    return (count + STEP // 2) // STEP * STEP


def percent_fit_to_show(part: int, whole: int) -> int | None:
    """What share the one is of the other, from what may be shown of both; None where that says too much.

    More than 100 is possible, where people are counted each time they were met.
    """
    shown, of = fit_to_show(part), fit_to_show(whole)
    if shown is None or of is None or of < LEAST_WHOLE:
        return None
    return (200 * shown + of) // (2 * of)
