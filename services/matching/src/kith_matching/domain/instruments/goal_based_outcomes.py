"""Goal-based outcomes: how near the person is to each of up to three goals of their own."""

from typing import Final

from kith_matching.domain.instrument import Instrument, ItemText, Scoring, questions

GOAL_BASED_OUTCOMES: Final = Instrument(
    code="goal-based-outcomes",
    name="Goal-based outcomes",
    version="1",
    scoring=Scoring.ALONE,
    item_text=ItemText.EMBEDDED,
    instruction="From 0, not met at all, to 10, met fully",
    items=questions("The first goal", "The second goal", "The third goal", least=0, most=10),
    higher_is_better=True,
    averaged=False,
    may_be_missing=2,
    terms="Free to use (from memory: check before relying on it).",
    source="One of the three of NHS England's community mental health; range and number of goals are from memory.",
    notes=(
        "What the goals are is kept nowhere here: only how near the person says they are.",
        "A goal is compared with itself: keep the goals in the same order.",
    ),
)
