"""WEMWBS and its short form SWEMWBS, mental well-being: scored here, their words kept by their owners."""

from decimal import Decimal
from typing import Final

from kith_matching.domain.instrument import ChangeIndex, Instrument, ItemText, Scoring, unworded

_TERMS: Final = (
    "(c) NHS Health Scotland, University of Warwick and University of Edinburgh. Free, but each organisation registers "
    "first and prints the exact copyright line; commercial use needs a paid licence (from memory)."
)
_ASSISTED: Final = "Being helped to fill it in raises the score (Warwick): record who helped."

WEMWBS: Final = Instrument(
    code="wemwbs",
    name="Warwick-Edinburgh Mental Wellbeing Scale",
    version="1",
    scoring=Scoring.SUM,
    item_text=ItemText.LICENSED,
    items=unworded(14, least=1, most=5),
    higher_is_better=True,
    change=ChangeIndex(
        None, Decimal(3), "User guides, from memory: about 3 points are meaningful; nobody calls them reliable."
    ),
    terms=_TERMS,
    source="Tennant and others, 2007; Warwick's guidance on scoring.",
    notes=(
        "No bands on purpose: a Warwick page says that it is no screening tool and gives no cut-off.",
        "A Warwick draft proposes 43.5; a secondary source calls 40 or less high risk and 41 to 44 raised risk.",
        "Warwick asks for at least 30 people at two points in time.",
        _ASSISTED,
    ),
)

SWEMWBS: Final = Instrument(
    code="swemwbs",
    name="Short Warwick-Edinburgh Mental Wellbeing Scale",
    version="1",
    scoring=Scoring.CONVERTED,
    item_text=ItemText.LICENSED,
    items=unworded(7, least=1, most=5),
    higher_is_better=True,
    conversion=tuple(
        Decimal(metric)
        for metric in (
            *("7.00", "9.51", "11.25", "12.40", "13.33", "14.08", "14.75"),  # raw 7 to 13
            *("15.32", "15.84", "16.36", "16.88", "17.43", "17.98", "18.59"),  # raw 14 to 20
            *("19.25", "19.98", "20.73", "21.54", "22.35", "23.21", "24.11"),  # raw 21 to 27
            *("25.03", "26.02", "27.03", "28.13", "29.31", "30.70", "32.55", "35.00"),  # raw 28 to 35
        )
    ),
    change=ChangeIndex(
        Decimal(3),
        Decimal(1),
        "Health and Quality of Life Outcomes 2018, 16:239: one standard error is 1.03 and 2.77 of them 2.87 metric "
        "points, so 3 is reliable and 1 possible.",
    ),
    terms=_TERMS,
    source=(
        "Stewart-Brown and others, 2009. The conversion was found in one public implementation and not compared with "
        "the paper."
    ),
    notes=(
        "The seven are items 1, 2, 3, 6, 7, 9 and 11 of the fourteen (from memory), numbered 1 to 7 here.",
        "Each person's sum is converted before anything is reckoned with it. England's means: men 23.7, women 23.2.",
        "No bands on purpose: sources differ (low below 19.5, high above 27.5, from memory; or 19.25 and 29.31).",
        "One NHS evaluation found it insensitive to change (Blenkiron, 2019).",
        _ASSISTED,
    ),
)
