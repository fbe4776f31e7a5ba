"""A mapping: what each column of one organisation's export means, in the order in which faults are looked for."""

import re
from collections.abc import Mapping as Words
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.intake.refusals import MappingUnusable
from kith_referrals.domain.people import CONTACT_CHANNELS
from kith_referrals.domain.referral import Meeting, Source
from kith_referrals.domain.words import folded


class Target(StrEnum):
    """What a column can be."""

    SOURCE_REFERENCE = "source_reference"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    NHS_NUMBER = "nhs_number"
    CHI_NUMBER = "chi_number"
    HC_NUMBER = "hc_number"
    POSTCODE = "postcode"
    TELEPHONE = "telephone"
    EMAIL = "email"
    LANGUAGE = "language"
    NEEDS = "needs"
    CONDITIONS = "conditions"
    INTERESTS = "interests"
    REQUESTED = "requested"
    CHANNELS = "channels"
    URGENT = "urgent"
    NOTES = "notes"
    COUNT = "count"
    SOURCE = "source"
    RECEIVED_ON = "received_on"
    CONSENT = "consent"
    CONSENT_RECORDED_ON = "consent_recorded_on"
    PROGRAMME = "programme"


class Dates(StrEnum):
    """The forms of a date. Months in words are English, whatever the machine speaks."""

    ISO = "%Y-%m-%d"
    UK = "%d/%m/%Y"
    WORDS = "%d %b %Y"


YES: Final = "yes"
NO: Final = "no"

_LISTS: Final = frozenset({Target.NEEDS, Target.CONDITIONS, Target.INTERESTS, Target.REQUESTED, Target.CHANNELS})
_MANY: Final = frozenset({Target.NOTES, Target.COUNT}) | _LISTS
_CODED: Final[Words[Target, tuple[str, ...] | None]] = {
    Target.NEEDS: None,
    Target.CONDITIONS: None,
    Target.INTERESTS: None,
    Target.REQUESTED: None,
    Target.CHANNELS: tuple(Meeting),
    Target.URGENT: (YES, NO),
    Target.SOURCE: tuple(Source),
    Target.CONSENT: (YES, NO),
}
"""Targets whose words become codes by a table, and the codes there are; None where any code is right."""

_CODE: Final = re.compile(r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file and what becomes of it.

    ``values`` turns the file's words into codes (case and spaces do not matter); ``otherwise`` is the code of a word
    that it does not know. ``split`` separates several words in one cell. ``dates`` overrides the file's form.
    ``called`` names a count.
    """

    name: str
    to: Target
    values: Words[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    split: str | None = None
    dates: Dates | None = None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Constants:
    """What every row of the file has alike, because no column says it."""

    programme: str | None = None
    source: Source = Source.PROFESSIONAL
    contact_by: tuple[str, ...] = ()
    channels: tuple[Meeting, ...] = ()
    needs: tuple[str, ...] = ()
    language: str = "en"
    consent_how: str = "recorded-elsewhere"
    consent_wording: str | None = None
    feedback: Feedback = Feedback.OUTCOME


@dataclass(frozen=True, slots=True)
class Mapping:
    """What one organisation's export means.

    ``columns`` stand in the order in which faults are looked for and leave out those that are never imported. Raises
    ``MappingUnusable`` with a sentence for whoever wrote the file.
    """

    organisation_id: UUID
    dates: Dates
    columns: tuple[Column, ...]
    constants: Constants

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        targets = [column.to for column in self.columns]
        if len(set(names)) < len(names):
            raise MappingUnusable("A column stands twice in the mapping.")
        if twice := sorted({target for target in targets if targets.count(target) > 1} - _MANY):
            again = [column.name for column in self.columns if column.to == twice[0]][1]
            raise MappingUnusable(f"Only one column can be {twice[0]}.", column=again)
        for target in (Target.SOURCE_REFERENCE, Target.CONSENT, Target.CONSENT_RECORDED_ON):
            if target not in targets:
                raise MappingUnusable(f"No column is {target}, without which nothing can be imported.")
        if (Target.FULL_NAME in targets) == (Target.FAMILY_NAME in targets):
            raise MappingUnusable("Either family_name or full_name must be a column, and not both.")
        if Target.FULL_NAME in targets and Target.GIVEN_NAME in targets:
            raise MappingUnusable("A file with full_name cannot have given_name too.")
        if (Target.PROGRAMME in targets) == (self.constants.programme is not None):
            raise MappingUnusable("The programme must be a column or a constant, and not both.")
        for column in self.columns:
            _check_column(column)
        _check_constants(self.constants)

    def column(self, target: Target) -> str:
        """The name of the column that is ``target``; only asked for those that must be there."""
        return next(column.name for column in self.columns if column.to is target)


def _check_column(column: Column) -> None:
    told = f"The column {column.name!r}"
    coded = column.to in _CODED
    if not coded and column.to is not Target.PROGRAMME and (column.values or column.otherwise):
        raise MappingUnusable(f"{told} is {column.to}, which takes no values.", column=column.name)
    if coded:
        known = _CODED[column.to]
        codes = [*column.values.values(), *([column.otherwise] if column.otherwise else [])]
        if not codes:
            raise MappingUnusable(f"{told} needs values: which word of the file is which code.", column=column.name)
        for code in codes:
            if _CODE.fullmatch(code) is None or (known is not None and code not in known):
                expected = f"one of {', '.join(known)}" if known else "a code such as low-mood"
                raise MappingUnusable(f"{told} has a value that is not {expected}.", column=column.name)
    if column.split is not None and (not column.split or column.to not in _LISTS):
        raise MappingUnusable(f"{told} is {column.to}, which cannot be split.", column=column.name)
    if column.to is Target.CONSENT and column.otherwise is not None:
        raise MappingUnusable(f"{told} is the consent: a word that is not known is never a yes.", column=column.name)
    if (column.to is Target.COUNT) != (column.called is not None):
        raise MappingUnusable(f"{told}: a count, and only a count, says what it is called.", column=column.name)
    if column.called is not None and _CODE.fullmatch(column.called) is None:
        raise MappingUnusable(f"{told}: a count is called by a code such as children-in-care.", column=column.name)


def _check_constants(constants: Constants) -> None:
    codes = [*constants.needs, constants.consent_how, *([constants.programme] if constants.programme else [])]
    if not all(_CODE.fullmatch(code) for code in codes):
        raise MappingUnusable("The constants programme, needs and consent_how must be codes such as low-mood.")
    if not set(constants.contact_by) <= set(CONTACT_CHANNELS):
        raise MappingUnusable(f"The constant contact_by knows {', '.join(CONTACT_CHANNELS)}.")
    if _LANGUAGE.fullmatch(constants.language) is None:
        raise MappingUnusable("The constant language must be a code of two or three letters, such as en.")


def word_table(column: Column) -> dict[str, str]:
    """The column's words as they are compared, and their codes."""
    return {folded(word): code for word, code in column.values.items()}
