"""CORE-10, psychological distress."""

from decimal import Decimal
from typing import Final

from kith_matching.domain.instrument import ChangeIndex, Instrument, ItemText, Scoring, bands, questions

CORE_10: Final = Instrument(
    code="core-10",
    name="CORE-10",
    version="1",
    scoring=Scoring.SUM,
    item_text=ItemText.EMBEDDED,
    instruction="Over the last week",
    items=questions(
        "I have felt tense, anxious or nervous",
        "I have felt I have someone to turn to for support when needed",
        "I have felt able to cope when things go wrong",
        "Talking to people has felt too much for me",
        "I have felt panic or terror",
        "I made plans to end my life",
        "I have had difficulty getting to sleep or staying asleep",
        "I have felt despairing or hopeless",
        "I have felt unhappy",
        "Unwanted images or memories have been distressing me",
        least=0,
        most=4,
        reversed_items=(2, 3),
    ),
    choices=("Not at all", "Only occasionally", "Sometimes", "Often", "Most or all of the time"),
    higher_is_better=False,
    may_be_missing=1,
    bands=bands((0, "below-cut-off"), (11, "mild"), (15, "moderate"), (20, "moderate-severe"), (25, "severe")),
    case_from=Decimal(11),
    change=ChangeIndex(Decimal(6), None, "CORE-10 user manual: a reliable change is 6 or more."),
    risk_items=("6",),
    terms="(c) CORE System Trust. Free to reproduce unchanged and not for profit: change no word of it.",
    source="CORE-10 user manual, 2007; CORE System Trust on scoring: ten times the mean, of nine items or of ten.",
    notes=(
        "Every answer is sent as 0, not at all, to 4, most or all of the time: items 2 and 3 are reversed here.",
        "The printed form has the numbers of items 2 and 3 the other way round: send what was ticked, not its number.",
        "One site names items 3 and 4 as the reversed ones: by the words of the published list it is 2 and 3.",
        "Another site has bands of 11 to 15 and 16 to 20. More than 13 suggests depression.",
    ),
)
