"""What each kind of column does with a cell: one function for each target, each looking at its own column alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kith_referrals.domain import identifiers, people, places
from kith_referrals.domain.intake import reading
from kith_referrals.domain.intake.mapping import NO, YES, Column, Constants, Dates, Target
from kith_referrals.domain.intake.refusals import ConsentUnreadable, SurnameMissing, ValueMissing, ValueUnknown
from kith_referrals.domain.referral import Source
from kith_referrals.domain.words import folded


@dataclass(slots=True)
class Draft:
    """What the columns of one row said so far."""

    today: date
    dates: Dates
    constants: Constants
    reference: str = ""
    given_name: str | None = None
    family_name: str = ""
    birth_date: date | None = None
    nhs_number: str | None = None
    chi_number: str | None = None
    hc_number: str | None = None
    postcode: str | None = None
    email: str | None = None
    telephone: str | None = None
    language: str | None = None
    codes: dict[Target, tuple[str, ...]] = field(default_factory=dict)
    urgent: bool = False
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    source: Source | None = None
    received_on: date | None = None
    consent_given: bool = False
    consent_recorded_on: date | None = None
    slug: str | None = None


Read = Callable[[Draft, Column, str, Mapping[str, str]], None]
"""Reads one cleaned cell into the draft, with the column's table of words. Raises a refusal for the row."""


def _reference(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    if not text:
        raise ValueMissing
    draft.reference = reading.read_reference(text)


def _given_name(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.given_name = reading.read_name(text)


def _family_name(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    name = reading.read_name(text)
    if name is None:
        raise SurnameMissing
    draft.family_name = name


def _full_name(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.given_name, draft.family_name = reading.read_full_name(text)


def _birth_date(draft: Draft, column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.birth_date = _date(draft, column, text)
    people.check_birth_date(draft.birth_date, draft.today)


def _nhs_number(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.nhs_number = identifiers.nhs_number(text) if text else None


def _chi_number(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.chi_number = identifiers.chi_number(text) if text else None


def _hc_number(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.hc_number = identifiers.hc_number(text) if text else None


def _postcode(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.postcode = places.postcode(text) if text else None


def _telephone(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.telephone = reading.read_telephone(text) or None


def _email(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.email = reading.read_email(text) if text else None


def _language(draft: Draft, _column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.language = reading.read_language(text) if text else None


def _codes(draft: Draft, column: Column, text: str, table: Mapping[str, str]) -> None:
    """Codes leave this service, so only known words become codes. Others stay here, as a note for a human to read."""
    codes, unknown = reading.read_codes(text, column.split, table)
    if unknown and column.otherwise is not None:
        codes = tuple(dict.fromkeys((*codes, column.otherwise)))
    draft.codes[column.to] = tuple(dict.fromkeys((*draft.codes.get(column.to, ()), *codes)))
    if unknown:
        _notes(draft, column, ", ".join(unknown), table)


def _notes(draft: Draft, column: Column, text: str, _table: Mapping[str, str]) -> None:
    if text:
        draft.notes.append(reading.within(f"{column.name}: {text}", reading.NOTES_LIMIT))


def _count(draft: Draft, column: Column, text: str, _table: Mapping[str, str]) -> None:
    if text and column.called is not None:
        draft.counts[column.called] = reading.read_count(text)


def _urgent(draft: Draft, column: Column, text: str, table: Mapping[str, str]) -> None:
    draft.urgent = bool(text) and _word(column, text, table) == YES


def _source(draft: Draft, column: Column, text: str, table: Mapping[str, str]) -> None:
    draft.source = Source(_word(column, text, table)) if text else None


def _received_on(draft: Draft, column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.received_on = _date(draft, column, text) if text else None


def _consent(draft: Draft, _column: Column, text: str, table: Mapping[str, str]) -> None:
    """Whether yes was said. No, and no word at all, are looked at with the whole row; another word cannot be read."""
    said = table.get(folded(text)) if text else NO
    if said is None:
        raise ConsentUnreadable
    draft.consent_given = said == YES


def _consent_recorded_on(draft: Draft, column: Column, text: str, _table: Mapping[str, str]) -> None:
    draft.consent_recorded_on = _date(draft, column, text) if text else None


def _programme(draft: Draft, column: Column, text: str, table: Mapping[str, str]) -> None:
    draft.slug = slug(column, text, table)


def slug(column: Column, text: str, table: Mapping[str, str]) -> str | None:
    """The programme that a cell names; None where it names none."""
    word = folded(text)
    return table.get(word, column.otherwise) if table else word or None


def _word(column: Column, text: str, table: Mapping[str, str]) -> str:
    code = table.get(folded(text), column.otherwise)
    if code is None:
        raise ValueUnknown
    return code


def _date(draft: Draft, column: Column, text: str) -> date:
    if not text:
        raise ValueMissing
    return reading.read_date(text, column.dates or draft.dates)


READ: Final[Mapping[Target, Read]] = {
    Target.SOURCE_REFERENCE: _reference,
    Target.GIVEN_NAME: _given_name,
    Target.FAMILY_NAME: _family_name,
    Target.FULL_NAME: _full_name,
    Target.BIRTH_DATE: _birth_date,
    Target.NHS_NUMBER: _nhs_number,
    Target.CHI_NUMBER: _chi_number,
    Target.HC_NUMBER: _hc_number,
    Target.POSTCODE: _postcode,
    Target.TELEPHONE: _telephone,
    Target.EMAIL: _email,
    Target.LANGUAGE: _language,
    Target.NEEDS: _codes,
    Target.CONDITIONS: _codes,
    Target.INTERESTS: _codes,
    Target.REQUESTED: _codes,
    Target.CHANNELS: _codes,
    Target.URGENT: _urgent,
    Target.NOTES: _notes,
    Target.COUNT: _count,
    Target.SOURCE: _source,
    Target.RECEIVED_ON: _received_on,
    Target.CONSENT: _consent,
    Target.CONSENT_RECORDED_ON: _consent_recorded_on,
    Target.PROGRAMME: _programme,
}
