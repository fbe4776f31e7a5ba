"""GAD-7, anxiety."""

from decimal import Decimal
from typing import Final

from kith_matching.domain.instrument import ChangeIndex, Instrument, ItemText, Scoring, bands, questions

GAD_7: Final = Instrument(
    code="gad-7",
    name="GAD-7",
    version="1",
    scoring=Scoring.SUM,
    item_text=ItemText.EMBEDDED,
    instruction="Over the last 2 weeks, how often have you been bothered by the following problems?",
    items=questions(
        "Feeling nervous, anxious, or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid, as if something awful might happen",
        least=0,
        most=3,
    ),
    choices=("Not at all", "Several days", "More than half the days", "Nearly every day"),
    higher_is_better=False,
    bands=bands((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    case_from=Decimal(8),
    change=ChangeIndex(Decimal(4), None, "Reports of the IAPT manual: a reliable change is 4 or more."),
    terms="A public statement says that no permission is required (from memory: check before relying on it).",
    source="Spitzer and others, 2006; caseness and change as in reports of the IAPT manual.",
)
