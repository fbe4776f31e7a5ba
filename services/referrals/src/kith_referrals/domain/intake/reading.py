"""Cells: text from somebody else's file, as the value it stands for. Total: any text is a value or a refusal."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from kith_referrals.domain.intake.mapping import Dates
from kith_referrals.domain.intake.refusals import (
    CountUnreadable,
    DateUnreadable,
    EmailUnreadable,
    LanguageUnreadable,
    SurnameMissing,
    ValueTooLong,
)
from kith_referrals.domain.words import folded

NAME_LIMIT: Final = 200
REFERENCE_LIMIT: Final = 200
TELEPHONE_LIMIT: Final = 60
EMAIL_LIMIT: Final = 254
NOTES_LIMIT: Final = 20_000
"""How long each may be, in characters. An address longer than 254 cannot be sent to (RFC 5321, section 4.5.3.1)."""

_FORMS: Final = {
    Dates.ISO: re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII),
    Dates.UK: re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})", re.ASCII),
    Dates.WORDS: re.compile(r"(?P<day>\d\d?) (?P<word>[a-z]{3,9}) (?P<year>\d{4})", re.ASCII | re.IGNORECASE),
}
_SHOWN: Final = {Dates.ISO: "1980-12-31", Dates.UK: "31/12/1980", Dates.WORDS: "31 Dec 1980"}
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH: Final = {name: at for at, full in enumerate(_MONTHS, 1) for name in (full, full[:3])} | {"sept": 9}
_COUNT: Final = re.compile(r"[0-9]{1,6}")
_EMAIL: Final = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


def within(text: str, limit: int) -> str:
    """The text, if it is not longer than ``limit`` characters. Raises ``ValueTooLong``."""
    if len(text) > limit:
        raise ValueTooLong
    return text


def read_date(text: str, form: Dates) -> date:
    """The date that the text names in this form. Raises ``DateUnreadable`` for another form and for 31 February."""
    found = _FORMS[form].fullmatch(" ".join(text.split()))
    if found is not None:
        parts = found.groupdict()
        month = int(parts["month"]) if "month" in parts else _MONTH.get(parts["word"].lower(), 0)
        try:
            return date(int(parts["year"]), month, int(parts["day"]))
        except ValueError:
            pass
    raise DateUnreadable(f"This is not a date that exists, written like {_SHOWN[form]}.")


def read_count(text: str) -> int:
    """A whole number in figures, at most six of them. Raises ``CountUnreadable``."""
    if _COUNT.fullmatch(text) is None:
        raise CountUnreadable
    return int(text)


def read_email(text: str) -> str:
    """An address that mail can reach, judged by its form alone. Raises ``EmailUnreadable``."""
    if len(text) > EMAIL_LIMIT or _EMAIL.fullmatch(text) is None:
        raise EmailUnreadable
    return text


def read_telephone(text: str) -> str:
    """A telephone number as it was written, spaces evened.

    It is for a human to dial, so nothing that a human would understand is refused. Raises ``ValueTooLong``.
    """
    return within(" ".join(text.split()), TELEPHONE_LIMIT)


def read_language(text: str) -> str:
    """A language as ISO 639 writes it. Raises ``LanguageUnreadable``."""
    code = text.lower()
    if _LANGUAGE.fullmatch(code) is None:
        raise LanguageUnreadable
    return code


def read_reference(text: str) -> str:
    """Another system's reference, spaces evened. Raises ``ValueTooLong``."""
    return within(" ".join(text.split()), REFERENCE_LIMIT)


def read_name(text: str) -> str | None:
    """One name, spaces evened; None where the cell is empty. Raises ``ValueTooLong``."""
    return within(" ".join(text.split()), NAME_LIMIT) or None


def read_full_name(text: str) -> tuple[str | None, str]:
    """Given name and surname of ``Last, First``; without a comma the last word is the surname.

    Raises ``SurnameMissing`` or ``ValueTooLong``.
    """
    name = within(" ".join(text.split()), NAME_LIMIT)
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma:
        given, _, family = (part.strip() for part in name.rpartition(" "))
    if not family:
        raise SurnameMissing
    return given or None, family


def read_codes(text: str, split: str | None, table: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the words in a cell, and the words that the table does not know, each once and in their order."""
    words = [word.strip() for word in (text.split(split) if split else [text])]
    known = {word: table.get(folded(word)) for word in words if word}
    codes = dict.fromkeys(code for code in known.values() if code is not None)
    return tuple(codes), tuple(word for word, code in known.items() if code is None)
