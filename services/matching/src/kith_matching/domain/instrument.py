"""What an outcome instrument is: data that anybody who knows the paper can check, and no code of its own.

Every figure of ``domain.instruments`` is from the team's *Outcome measures* (standards and governance, §1) or from what
an instrument names beside it. What was only remembered, or what sources disagree about, stands in its ``notes``.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Scoring(StrEnum):
    """How answers become a score."""

    ALONE = "alone"
    """Each item is reported by itself, and never added to another."""
    SUM = "sum"
    """The items are added, those that are worded the other way round reversed first."""
    CONVERTED = "converted"
    """As a sum, which a published table then converts for each person."""
    COUNTED = "counted"
    """Answers that point to loneliness are counted, the middle one among them (De Jong Gierveld)."""
    IMPORTED = "imported"
    """Reckoned elsewhere, by who holds the licence."""


class ItemText(StrEnum):
    """Whether the items may be shown."""

    EMBEDDED = "embedded"
    """Their words are here, as published."""
    LICENSED = "licensed"
    """Free, but each organisation registers first: no words, and no answers without its licence reference."""
    IMPORTED = "imported"
    """Somebody's property: no words and no answers, only the score."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question, or one of the values that are imported. ``least`` and ``most`` bound its answer.

    ``reversed`` is one that is worded the other way round than the score counts. ``scale`` is the subscale it is in.
    """

    code: str
    text: str | None
    least: int
    most: int
    reversed: bool = False
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A published name for scores from ``least`` up to the next band."""

    least: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class ChangeIndex:
    """From how many points on a change is more than the instrument's own error, and who says so."""

    reliable: Decimal | None
    possible: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one instrument.

    ``version`` is ours where the paper has none, and None where the score is imported: who imports it names the
    version. ``instruction`` and ``choices`` (for the answers from the least up) are shown with embedded items.
    ``may_be_missing`` items may stay unanswered; a sum is then taken in proportion to those answered. Where no rule is
    published, none may. ``bands`` are of the total, or of each item where they are ``alone`` (``item_bands`` goes
    before). ``case_from`` is the published cut-off, of those where it is the higher score that worries.
    ``risk_items`` are of harm to oneself: above 0 a human must see it, whatever the total. ``conversion`` begins with
    the least raw sum. Where it is not ``averaged`` a mean says nothing: of answers that are only in an order, or of
    goals that are each somebody's own.
    """

    code: str
    name: str
    version: str | None
    scoring: Scoring
    item_text: ItemText
    items: tuple[Item, ...]
    higher_is_better: bool
    terms: str
    source: str
    instruction: str | None = None
    choices: tuple[str, ...] = ()
    may_be_missing: int = 0
    bands: tuple[Band, ...] = ()
    item_bands: tuple[tuple[str, tuple[Band, ...]], ...] = ()
    case_from: Decimal | None = None
    change: ChangeIndex | None = None
    risk_items: tuple[str, ...] = ()
    conversion: tuple[Decimal, ...] = ()
    averaged: bool = True
    notes: tuple[str, ...] = ()


def bands(*edges: tuple[int | str, str]) -> tuple[Band, ...]:
    """Bands by the least score of each, the lowest first."""
    return tuple(Band(Decimal(least), name) for least, name in edges)


def questions(*texts: str, least: int, most: int, reversed_items: tuple[int, ...] = ()) -> tuple[Item, ...]:
    """Items numbered as in the printed form, all with the same answers."""
    return tuple(
        Item(str(number), text, least, most, reversed=number in reversed_items)
        for number, text in enumerate(texts, start=1)
    )


def unworded(count: int, *, least: int, most: int) -> tuple[Item, ...]:
    """So many items whose words are not ours to hold, numbered as in the printed form."""
    return tuple(Item(str(number), None, least, most) for number in range(1, count + 1))
