"""One row of an export: read column by column, then as a whole; the first fault is the one reported."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kith_referrals.domain import identifiers
from kith_referrals.domain.agreement import NoAgreement, Offer
from kith_referrals.domain.consent import Answer, Consents, agreed
from kith_referrals.domain.intake import mapping as mappings
from kith_referrals.domain.intake.columns import READ, Draft, Read, slug
from kith_referrals.domain.intake.mapping import Column, Target
from kith_referrals.domain.intake.refusals import MappingUnusable
from kith_referrals.domain.network import Programme, check_takes_referrals
from kith_referrals.domain.people import Person
from kith_referrals.domain.referral import Meeting, Wish
from kith_referrals.domain.refusals import ConsentMissing, ProgrammeUnknown, ReferralRefused
from kith_referrals.domain.words import clean

Cells = Mapping[str, str]
"""A row's text by the file's own column names."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The first fault of a row: the column as the file names it, a stable code, and what to do."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row without a fault: a person and what is asked for them, agreed to and addressed to a programme."""

    offer: Offer
    wish: Wish = field(repr=False)
    consents: Consents = field(repr=False)
    person: Person


@dataclass(frozen=True, slots=True)
class Reader:
    """A mapping made ready: which function reads which column, with which table of words."""

    mapping: mappings.Mapping
    steps: tuple[tuple[Column, Read, Mapping[str, str]], ...]

    @classmethod
    def of(cls, mapping: mappings.Mapping) -> "Reader":
        """The reader for a mapping."""
        steps = tuple((column, READ[column.to], mappings.word_table(column)) for column in mapping.columns)
        return cls(mapping, steps)

    def read(
        self,
        cells: Cells,
        programmes: Mapping[str, Programme],
        offers: Mapping[str, Offer],
        today: date,
        *,
        person_id: UUID,
    ) -> Row | Rejection:
        """The row, or its first fault: each column alone in mapping order, across columns, programme, consent.

        ``programmes`` are those that ``slugs`` names, by slug, and ``offers`` those of them that the organisation may
        refer to; ``today`` is the civil date (Europe/London). ``person_id`` is the pseudonym of whoever it tells of.
        """
        draft = Draft(today, self.mapping.dates, self.mapping.constants)
        for column, read, table in self.steps:
            try:
                read(draft, column, clean(cells[column.name]), table)
            except ReferralRefused as refused:
                return _rejected(column.name, refused)
        return _whole(draft, self.mapping, programmes, offers, person_id)

    def reference(self, cells: Cells) -> str:
        """The organisation's own reference of the row; empty where the cell is."""
        return " ".join(clean(cells[self.mapping.column(Target.SOURCE_REFERENCE)]).split())

    def digest(self, cells: Cells) -> bytes:
        """What makes two rows the same row: every imported column's text, and what it was taken for."""
        told = [(column.name, column.to, cells[column.name]) for column in self.mapping.columns]
        return hashlib.sha256(json.dumps(told).encode()).digest()

    def kept(self, cells: Cells) -> dict[str, str]:
        """The imported columns, cleaned, for a row that waits for a human."""
        return {column.name: clean(cells[column.name]) for column in self.mapping.columns}

    def slugs(self, rows: Iterable[Cells]) -> set[str]:
        """The programmes that these rows may name."""
        if self.mapping.constants.programme is not None:
            return {self.mapping.constants.programme}
        column = next(column for column in self.mapping.columns if column.to is Target.PROGRAMME)
        table = mappings.word_table(column)
        return {name for cells in rows if (name := slug(column, clean(cells[column.name]), table))}

    def check_columns(self, rows: Iterable[Cells]) -> None:
        """Refuse rows that lack a column of the mapping. Raises ``MappingUnusable``."""
        names = [column.name for column in self.mapping.columns]
        for cells in rows:
            if missing := [name for name in names if name not in cells]:
                raise MappingUnusable(f"The rows have no column {missing[0]!r}, which the mapping names.")

    def check_programme(self, programmes: Mapping[str, Programme]) -> None:
        """Refuse a constant programme that there is not: every row would fail, by no fault of its own.

        Raises ``ProgrammeUnknown``.
        """
        constant = self.mapping.constants.programme
        if constant is not None and constant not in programmes:
            raise ProgrammeUnknown


def _rejected(column: str, refused: ReferralRefused) -> Rejection:
    return Rejection(column, refused.code, str(refused))


def _whole(
    draft: Draft,
    mapping: mappings.Mapping,
    programmes: Mapping[str, Programme],
    offers: Mapping[str, Offer],
    person_id: UUID,
) -> Row | Rejection:
    """What no column tells alone: the CHI number against the birth date, then the programme, then the consent."""
    column = mapping.column
    constants = draft.constants
    try:
        if draft.chi_number is not None and draft.birth_date is not None:
            identifiers.check_chi_date(draft.chi_number, draft.birth_date)
    except ReferralRefused as refused:
        return _rejected(column(Target.CHI_NUMBER), refused)
    wanted = constants.programme or draft.slug or ""
    programme, offer = programmes.get(wanted), offers.get(wanted)
    if programme is None:
        return _rejected(column(Target.PROGRAMME), ProgrammeUnknown())
    try:
        check_takes_referrals(programme)
        if offer is None:
            raise NoAgreement
    except ReferralRefused as refused:
        return _rejected(_programme_column(mapping), refused)
    try:
        answer = Answer(
            draft.consent_given,
            draft.consent_recorded_on,
            constants.consent_how,
            constants.consent_wording,
            feedback=constants.feedback,
        )
        consents = agreed(answer, draft.today)
    except ConsentMissing as refused:
        return _rejected(column(Target.CONSENT), refused)
    except ReferralRefused as refused:
        return _rejected(column(Target.CONSENT_RECORDED_ON), refused)
    return Row(
        offer=offer,
        wish=_wish(draft),
        consents=consents,
        person=_person(draft, mapping.organisation_id, person_id),
    )


def _programme_column(mapping: mappings.Mapping) -> str:
    """The column that names the programme; for a constant one, that of the reference, by which the row is found."""
    constant = mapping.constants.programme is not None
    return mapping.column(Target.SOURCE_REFERENCE if constant else Target.PROGRAMME)


def _person(draft: Draft, organisation_id: UUID, person_id: UUID) -> Person:
    """The person, as a record of the importing organisation."""
    return Person(
        id=person_id,
        organisation_id=organisation_id,
        given_name=draft.given_name,
        family_name=draft.family_name,
        birth_date=draft.birth_date,
        nhs_number=draft.nhs_number,
        chi_number=draft.chi_number,
        hc_number=draft.hc_number,
        postcode=draft.postcode,
        email=draft.email,
        telephone=draft.telephone,
        contact_by=draft.constants.contact_by,
        language=draft.language or draft.constants.language,
    )


def _wish(draft: Draft) -> Wish:
    codes, constants = draft.codes, draft.constants
    channels = codes.get(Target.CHANNELS)
    return Wish(
        source=draft.source or constants.source,
        received_on=draft.received_on or draft.today,
        needs=tuple(dict.fromkeys((*constants.needs, *codes.get(Target.NEEDS, ())))),
        conditions=codes.get(Target.CONDITIONS, ()),
        interests=codes.get(Target.INTERESTS, ()),
        requested=codes.get(Target.REQUESTED, ()),
        channels=tuple(Meeting(code) for code in channels) if channels else constants.channels,
        urgent=draft.urgent,
        notes="\n".join(draft.notes) or None,
        source_reference=draft.reference,
        details=draft.counts,
        unread=True,
    )
