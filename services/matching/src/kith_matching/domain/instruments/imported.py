"""Instruments of which only a score that was reckoned elsewhere is kept: their items are somebody's property."""

from typing import Final

from kith_matching.domain.instrument import Instrument, Item, ItemText, Scoring, bands

EQ_5D_5L: Final = Instrument(
    code="eq-5d-5l",
    name="EQ-5D-5L",
    version=None,
    scoring=Scoring.IMPORTED,
    item_text=ItemText.IMPORTED,
    items=(Item("index", None, -1, 1), Item("vas", None, 0, 100)),
    higher_is_better=True,
    may_be_missing=1,
    terms="EuroQol registers each use beforehand; digital versions are controlled (from memory).",
    source="EuroQol. That an index may lie below 0 is from memory; the version names its value set.",
)

RECOVERY_STAR: Final = Instrument(
    code="recovery-star",
    name="Recovery Star",
    version=None,
    scoring=Scoring.IMPORTED,
    item_text=ItemText.IMPORTED,
    items=(Item("mean", None, 1, 10),),
    higher_is_better=True,
    terms="Every worker needs a licence and training (Triangle).",
    source="Triangle: ten areas from 1 to 10, of which only the mean is kept.",
)

PAM_13: Final = Instrument(
    code="pam-13",
    name="Patient Activation Measure, 13 items",
    version=None,
    scoring=Scoring.IMPORTED,
    item_text=ItemText.IMPORTED,
    items=(Item("score", None, 0, 100),),
    higher_is_better=True,
    bands=bands((0, "level-1"), ("47.0", "level-2"), ("55.1", "level-3"), ("72.4", "level-4")),
    terms="Proprietary; NHS England held licences.",
    source="Cut points from memory, and so is on which side of them a score on the point itself falls.",
)
