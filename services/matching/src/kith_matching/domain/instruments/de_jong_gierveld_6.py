"""De Jong Gierveld's short loneliness scale: scored here, its words kept by its owners."""

from typing import Final

from kith_matching.domain.instrument import Instrument, Item, ItemText, Scoring, bands

DE_JONG_GIERVELD_6: Final = Instrument(
    code="de-jong-gierveld-6",
    name="De Jong Gierveld loneliness scale, six items",
    version="1",
    scoring=Scoring.COUNTED,
    item_text=ItemText.LICENSED,
    items=(
        Item("1", None, 1, 3, scale="emotional"),
        Item("2", None, 1, 3, reversed=True, scale="social"),
        Item("3", None, 1, 3, reversed=True, scale="social"),
        Item("4", None, 1, 3, scale="emotional"),
        Item("5", None, 1, 3, reversed=True, scale="social"),
        Item("6", None, 1, 3, scale="emotional"),
    ),
    higher_is_better=False,
    may_be_missing=1,
    bands=bands((0, "not-lonely"), (2, "moderately-lonely"), (5, "severely-lonely")),
    terms="For research, with citation: record where your organisation agreed to that.",
    source="De Jong Gierveld and Van Tilburg, 2006; the syntax of their manual; Statistics Netherlands.",
    notes=(
        "Answers: 1 no, 2 more or less, 3 yes. What was not answered counts nothing; a subscale needs all three.",
        "Meant for the results of groups, not for decisions about one person.",
    ),
)
