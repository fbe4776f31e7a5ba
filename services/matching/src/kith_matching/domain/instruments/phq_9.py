"""PHQ-9, depression."""

from decimal import Decimal
from typing import Final

from kith_matching.domain.instrument import ChangeIndex, Instrument, ItemText, Scoring, bands, questions

PHQ_9: Final = Instrument(
    code="phq-9",
    name="PHQ-9",
    version="1",
    scoring=Scoring.SUM,
    item_text=ItemText.EMBEDDED,
    instruction="Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    items=questions(
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "Trouble falling or staying asleep, or sleeping too much",
        "Feeling tired or having little energy",
        "Poor appetite or overeating",
        "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        (
            "Moving or speaking so slowly that other people could have noticed? Or the opposite, being so fidgety or "
            "restless that you have been moving around a lot more than usual"
        ),
        "Thoughts that you would be better off dead or of hurting yourself in some way",
        least=0,
        most=3,
    ),
    choices=("Not at all", "Several days", "More than half the days", "Nearly every day"),
    higher_is_better=False,
    bands=bands((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately-severe"), (20, "severe")),
    case_from=Decimal(10),
    change=ChangeIndex(Decimal(6), None, "Reports of the IAPT manual: a reliable change is 6 or more."),
    risk_items=("9",),
    terms="A public statement says that no permission is required (from memory: check before relying on it).",
    source="Kroenke and others, 2001; bands, caseness and change as in reports of the IAPT manual.",
)
