"""Rosenberg's self-esteem scale, scored from 0 to 30."""

from typing import Final

from kith_matching.domain.instrument import Instrument, ItemText, Scoring, bands, questions

ROSENBERG: Final = Instrument(
    code="rosenberg",
    name="Rosenberg self-esteem scale",
    version="0-to-3",
    scoring=Scoring.SUM,
    item_text=ItemText.EMBEDDED,
    items=questions(
        "I feel that I am a person of worth, at least on an equal plane with others.",
        "I feel that I have a number of good qualities.",
        "All in all, I am inclined to feel that I am a failure.",
        "I am able to do things as well as most other people.",
        "I feel I do not have much to be proud of.",
        "I take a positive attitude toward myself.",
        "On the whole, I am satisfied with myself.",
        "I wish I could have more respect for myself.",
        "I certainly feel useless at times.",
        "At times I think I am no good at all.",
        least=0,
        most=3,
        reversed_items=(3, 5, 8, 9, 10),
    ),
    choices=("Strongly disagree", "Disagree", "Agree", "Strongly agree"),
    higher_is_better=True,
    bands=bands((0, "low"), (15, "not-low")),
    terms="Described as in the public domain by secondary sources.",
    source="Rosenberg, 1965. That less than 15 is low is from an encyclopaedia.",
    notes=(
        "The order of the items differs between versions: in this one 3, 5, 8, 9 and 10 are the reversed ones.",
        "Some score it from 10 to 40: that is another version, and is not compared with this one.",
        "There is no agreed index of change.",
    ),
)
