"""When two records may be of one person: the same number, or name, birth date and district but for a slip of typing."""

import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from kith_referrals.domain.words import folded

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"},
)
"""Letters that Unicode does not take apart, as an English keyboard writes them."""
_NOT_COMPARED: Final = frozenset("CPSZ")
"""Unicode's classes of controls, punctuation, symbols and spaces."""
_LONG_ENOUGH: Final = 4
"""Letters of a name from which one edit is a slip: among shorter names one edit is another name (*Ann*, *Ian*)."""


class Likeness(StrEnum):
    """How much two records are alike, the surest first."""

    NUMBER = "number"
    """The same health-service number of the same kind."""

    DETAILS = "details"
    """The same name, birth date and district."""

    SLIP = "slip"
    """The same but for slips of typing in the name, or for one in the birth date."""


SUREST_FIRST: Final = tuple(Likeness)
SURE: Final = frozenset(Likeness) - {Likeness.SLIP}
"""What holds a row of an export back. A slip does not: a human who compares records is shown it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one person from another. Numbers are in their kept form; ``district`` is the postcode's."""

    family_name: str = field(repr=False)
    given_name: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    district: str | None = field(default=None, repr=False)
    nhs_number: str | None = field(default=None, repr=False)
    chi_number: str | None = field(default=None, repr=False)
    hc_number: str | None = field(default=None, repr=False)

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """The numbers that are known, each with its kind: a number of one kind is not a number of another."""
        kinds = (("nhs", self.nhs_number), ("chi", self.chi_number), ("hc", self.hc_number))
        return tuple((kind, number) for kind, number in kinds if number is not None)


def likeness(one: Traits, other: Traits) -> Likeness | None:
    """How much the two are alike, or None. It is the same both ways round.

    Without a number, birth date and district must be known of both: two unknown birth dates are not the same one. The
    districts must be equal. Then either the names differ by slips or the birth dates by one, and not both: a list in
    which most are wrong is no longer read.
    """
    if set(one.numbers) & set(other.numbers):
        return Likeness.NUMBER
    if one.district is None or one.district != other.district or one.birth_date is None or other.birth_date is None:
        return None
    same = _same_name(one, other)
    if one.birth_date == other.birth_date:
        if same:
            return Likeness.DETAILS
        return Likeness.SLIP if _like_name(one, other) else None
    return Likeness.SLIP if same and is_near(one.birth_date, other.birth_date) else None


def sure_marks(traits: Traits) -> tuple[Hashable, ...]:
    """What looking goes by for those who are surely alike: any two of them have one of these in common.

    Having one in common is not enough: ``likeness`` decides.
    """
    if traits.birth_date is None or traits.district is None:
        return traits.numbers
    given, family = _names(traits)
    names = dict.fromkeys((given + family, family + given))
    return (*traits.numbers, *((traits.district, traits.birth_date, name) for name in names))


def plain(name: str) -> str:
    """A name as it is compared: without case, accents, spaces, hyphens and apostrophes."""
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = (
        letter
        for letter in parted
        if not unicodedata.combining(letter) and unicodedata.category(letter)[0] not in _NOT_COMPARED
    )
    return "".join(letters).translate(_LETTERS) or folded(name)


def one_edit(one: str, other: str) -> bool:
    """Whether at most one letter was left out, added or mistaken, or two neighbours exchanged.

    The restricted Damerau-Levenshtein distance is at most 1.
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def is_near(one: date, other: date) -> bool:
    """Whether day and month are exchanged, or at most one digit differs."""
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    return sum(a != b for a, b in zip(_digits(one), _digits(other), strict=True)) <= 1


def near(born: date) -> tuple[date, ...]:
    """Every date that is near this one, itself first: what to look for, where looking goes by equality."""
    digits = _digits(born)
    written = [digits, digits[:4] + digits[6:] + digits[4:6]]
    written += [digits[:at] + digit + digits[at + 1 :] for at in range(len(digits)) for digit in "0123456789"]
    found = (_date(text) for text in dict.fromkeys(written))
    return tuple(day for day in found if day is not None)


def _names(traits: Traits) -> tuple[str, str]:
    return plain(traits.given_name or ""), plain(traits.family_name)


def _same_name(one: Traits, other: Traits) -> bool:
    """Given and family name may have changed places, or a part of one stand in the other."""
    (given, family), (given_too, family_too) = _names(one), _names(other)
    return given + family in (given_too + family_too, family_too + given_too)


def _like_name(one: Traits, other: Traits) -> bool:
    (given, family), (given_too, family_too) = _names(one), _names(other)
    straight = _like_part(given, given_too) and _like_part(family, family_too)
    return straight or (_like_part(given, family_too) and _like_part(family, given_too))


def _like_part(one: str, other: str) -> bool:
    """Alike but for one edit, in its letters alone: *Twin 1* and *Twin 2* are two people on purpose."""
    if one == other:
        return True
    return max(len(one), len(other)) >= _LONG_ENOUGH and one_edit(one, other) and _figures(one) == _figures(other)


def _figures(name: str) -> list[str]:
    return [letter for letter in name if letter.isdigit()]


def _digits(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
