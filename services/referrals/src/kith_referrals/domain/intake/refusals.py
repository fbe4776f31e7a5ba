"""What can be wrong with a mapping, a cell or a row. A row's refusal is an outcome in a report, not an error."""

from kith_referrals.domain.refusals import ReferralRefused, Unacceptable


class MappingUnusable(Unacceptable):
    """The mapping contradicts itself or the rows that came with it; no row was looked at.

    ``column`` is the one that is at fault, where it is one; ``place`` where it stands in what was sent.
    """

    code = "mapping-unusable"

    def __init__(self, message: str, *, column: str | None = None) -> None:
        super().__init__(message)
        self.column = column
        self.place: tuple[str | int, ...] = ()


class TooManyMappings(ReferralRefused):
    """An organisation has a few systems; who keeps hundreds of mappings names each import's anew."""

    code = "too-many-mappings"
    says = "Your organisation keeps as many mappings as it may. Save this one under the name of one that is not used."


class MappingVersionUnknown(Unacceptable):
    """An import names a mapping that the organisation does not keep."""

    code = "mapping-unknown"
    says = "Your organisation keeps no such mapping, or no such version of it. See GET /import-mappings."


class CellRefused(Unacceptable):
    """A cell that does not hold what its column should."""

    code = "cell-unreadable"


class ValueMissing(CellRefused):
    """A column without which there is no referral."""

    code = "value-missing"
    says = "This column must not be empty."


class SurnameMissing(CellRefused):
    """A person needs a surname; a forename may be unknown."""

    code = "surname-missing"
    says = "The surname is missing."


class ValueTooLong(CellRefused):
    """Longer than anything that belongs in the column."""

    code = "value-too-long"
    says = "This is longer than the column may be. A field may have slipped, or a quote is not closed."


class DateUnreadable(CellRefused):
    """Not a date that exists, or not in the form that the mapping names."""

    code = "date-unreadable"


class CountUnreadable(CellRefused):
    """A count is a whole number in figures."""

    code = "count-unreadable"
    says = "This must be a whole number in figures, such as 2."


class ConsentUnreadable(CellRefused):
    """Neither of the words that the mapping knows for yes and no."""

    code = "consent-unreadable"
    says = "This is none of the words that the mapping knows for yes or no."


class ValueUnknown(CellRefused):
    """A word that the mapping does not know, in a column where guessing would be wrong."""

    code = "value-unknown"
    says = "The mapping does not know this word. Correct it, or add it to the column's values."


class EmailUnreadable(CellRefused):
    """Not an address that mail can reach."""

    code = "email-unreadable"
    says = "This is not an e-mail address such as name@example.org."


class LanguageUnreadable(CellRefused):
    """Not a language code."""

    code = "language-unreadable"
    says = "This is not a language code of two or three letters (ISO 639), such as en or cy."


class ChangedSinceImport(Unacceptable):
    """One reference names one row: a row that came before with other content needs a human."""

    code = "changed-since-import"
    says = "A row with this reference was imported before, with other content. Change the referral itself instead."


class ReferenceNotImported(Unacceptable):
    """The reference already names a referral that came by another way."""

    code = "reference-taken"
    says = "A referral with this reference was already made, and not by import. Look at that one."


class RowNotWaiting(ReferralRefused):
    """Only a row that waits as a possible duplicate is decided, and once."""

    code = "row-not-waiting"
    says = "This row does not wait any more. Read the list again."


class RowErased(Unacceptable):
    """Its person asked to be forgotten, and a file that still has them does not bring them back."""

    code = "row-erased"
    says = "What came with this reference was erased. Take the row out of your own system's export."


class RowRejected(Unacceptable):
    """A row that waited cannot be read any more as it was read when it came."""

    code = "row-rejected"


class MappingNotKept(Unacceptable):
    """The row came before mappings were kept with rows that wait."""

    code = "mapping-not-kept"
    says = "How this row is to be read was not kept. Make the referral itself, under the row's source reference."
