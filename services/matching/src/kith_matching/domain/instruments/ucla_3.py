"""The three-item loneliness scale of UCLA."""

from typing import Final

from kith_matching.domain.instrument import Instrument, ItemText, Scoring, bands, questions

UCLA_3: Final = Instrument(
    code="ucla-3",
    name="UCLA three-item loneliness scale",
    version="1",
    scoring=Scoring.SUM,
    item_text=ItemText.EMBEDDED,
    items=questions(
        "How often do you feel that you lack companionship?",
        "How often do you feel left out?",
        "How often do you feel isolated from others?",
        least=1,
        most=3,
    ),
    choices=("Hardly ever or never", "Some of the time", "Often"),
    higher_is_better=False,
    bands=bands((3, "not-lonely"), (6, "lonely")),
    terms="Freely used; cite Hughes and others, 2004 (from memory: check before relying on it).",
    source="Hughes and others, 2004. That 6 to 9 is commonly counted as lonely is from a secondary site.",
    notes=(
        "The Office for National Statistics asks it beside its direct question, not instead of it.",
        "There is no agreed index of change (from memory).",
    ),
)
