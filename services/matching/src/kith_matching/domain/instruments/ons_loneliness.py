"""The ONS direct question about loneliness."""

from typing import Final

from kith_matching.domain.instrument import Instrument, ItemText, Scoring, bands, questions

ONS_LONELINESS: Final = Instrument(
    code="ons-loneliness",
    name="ONS direct measure of loneliness",
    version="1",
    scoring=Scoring.ALONE,
    item_text=ItemText.EMBEDDED,
    items=questions("How often do you feel lonely?", least=1, most=5),
    choices=("Often/always", "Some of the time", "Occasionally", "Hardly ever", "Never"),
    higher_is_better=True,
    averaged=False,
    bands=bands((1, "often-or-always"), (2, "some-of-the-time"), (3, "occasionally"), (4, "hardly-ever"), (5, "never")),
    terms="Crown copyright, Open Government Licence (from memory: check before relying on it).",
    source="Office for National Statistics; Campaign to End Loneliness.",
    notes=(
        "The answers are numbered in the order of the form; report the share of often or always, never a mean.",
        "There is no threshold and no index of change.",
    ),
)
