"""ONS4, personal well-being: four questions, each reported by itself."""

from typing import Final

from kith_matching.domain.instrument import Instrument, Item, ItemText, Scoring, bands

ONS4: Final = Instrument(
    code="ons4",
    name="ONS4 personal well-being",
    version="1",
    scoring=Scoring.ALONE,
    item_text=ItemText.EMBEDDED,
    instruction=(
        "There are no right or wrong answers. For each of these questions please give an answer on a scale of 0 to 10, "
        'where 0 is "not at all" and 10 is "completely".'
    ),
    items=(
        Item("satisfied", "Overall, how satisfied are you with your life nowadays?", 0, 10),
        Item(
            "worthwhile",
            "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
            0,
            10,
        ),
        Item("happy", "Overall, how happy did you feel yesterday?", 0, 10),
        Item("anxious", "Overall, how anxious did you feel yesterday?", 0, 10, reversed=True),
    ),
    higher_is_better=True,
    may_be_missing=3,
    bands=bands((0, "low"), (5, "medium"), (7, "high"), (9, "very-high")),
    item_bands=(("anxious", bands((0, "very-low"), (2, "low"), (4, "medium"), (6, "high"))),),
    terms="Free, no permission required (What Works Wellbeing measures bank). A GSS harmonised standard.",
    source="Office for National Statistics: thresholds as in its reply to a freedom of information request.",
    notes=(
        "Never summed: a question that was not answered takes nothing from the others.",
        "There is no reliable-change index: report the mean change with its confidence interval.",
    ),
)
