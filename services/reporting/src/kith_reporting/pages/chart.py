"""Where a programme's referrals stand, as a bar: numbers in, places on a line out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kith_reporting.domain.totals import Total

WIDE_ENOUGH: Final = 6.0
"""Percent of the line below which a part shows no figure of its own; the words beneath the bar say it anyway."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar, in percent of the line. ``kind`` names its colour and pattern."""

    kind: str
    words: str
    count: int
    begin: float
    width: float

    @property
    def middle(self) -> float:
        """Where its figure stands."""
        return round(self.begin + self.width / 2, 3)

    @property
    def shows_figure(self) -> bool:
        """Whether there is room for it."""
        return self.width >= WIDE_ENOUGH


KINDS: Final = (
    ("matched", "matched"),
    ("attending", "in a group"),
    ("waiting", "waiting for a match"),
    ("undecided", "waiting for a decision"),
    ("ended", "ended before a match"),
)
"""The parts of every bar from left to right, and what each is called."""


def bar(line: Total, most: int) -> list[Part]:
    """The line's parts, on a scale where ``most`` referrals fill the width. Parts of nothing are left out."""
    parts = []
    begin = 0.0
    for (kind, words), count in zip(KINDS, _counts(line), strict=True):
        if count > 0:
            width = 100 * count / most
            parts.append(Part(kind, words, count, round(begin, 3), round(width, 3)))
            begin += width
    return parts


def longest(lines: Iterable[Total]) -> int:
    """How many referrals the longest of the lines' bars shows, at least one: the scale they share."""
    return max([sum(_counts(line)) for line in lines] + [1])


def _counts(line: Total) -> tuple[int, ...]:
    return line.matched, line.attending, line.waiting, line.undecided, line.ended_before_match


def in_words(parts: list[Part]) -> str:
    """What the bar shows, for who hears it: ``12 matched, 3 waiting for a match``."""
    return ", ".join(f"{part.count:,} {part.words}" for part in parts) or "nothing yet"
