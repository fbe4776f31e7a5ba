"""What becomes of the rows of one request: what it was before, a fault, a possible duplicate, or a referral."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.intake.refusals import ChangedSinceImport, ReferenceNotImported
from kith_referrals.domain.intake.rows import Cells, Rejection, Row
from kith_referrals.domain.refusals import ReferralRefused

POSSIBLE_DUPLICATE: Final = "possible-duplicate"
_ALIKE: Final = (
    "This may be a person who is already here: the same health-service number, or the same name, birth date and "
    "district. Nothing was created; somebody must look at both."
)


class Outcome(StrEnum):
    """What becomes of a row."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    POSSIBLE_DUPLICATE = "possible-duplicate"


@dataclass(frozen=True, slots=True)
class First:
    """What an earlier import made of a reference. ``digest`` is None where its referral did not come by import."""

    digest: bytes | None
    outcome: Outcome
    of: str | None = field(default=None, repr=False)
    referral_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An accepted person that the importing organisation may see, and the reference to show for them."""

    nhs_number: str | None = field(repr=False)
    chi_number: str | None = field(repr=False)
    hc_number: str | None = field(repr=False)
    likeness: bytes | None = field(repr=False)
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Read:
    """A row as it was read. ``number`` is its place in the file: 1 is the first row below the header."""

    number: int
    reference: str = field(repr=False)
    digest: bytes
    cells: Cells = field(repr=False)
    found: Row | Rejection


@dataclass(frozen=True, slots=True)
class Sifted:
    """A row and its outcome. ``new`` is whether something is to be kept of it."""

    read: Read
    outcome: Outcome
    new: bool = False
    column: str | None = None
    of: str | None = field(default=None, repr=False)
    code: str | None = None
    message: str | None = None
    referral_id: UUID | None = None


def sift(
    rows: Iterable[Read],
    *,
    first: Mapping[str, First],
    known: Iterable[Known],
    reference_column: str,
    new_id: Callable[[], UUID],
) -> list[Sifted]:
    """The outcome of every row, in order; what one row becomes counts for those after it.

    A reference that came before has its first outcome while the row is the same, else it is refused: changing a
    referral by importing it again would hide who changed it. A rejected row leaves nothing behind, so that it can be
    corrected and imported. ``known`` come earliest first.
    """
    firsts = dict(first)
    alike = _Alike(known)
    sifted = []
    for read in rows:
        done = _one(read, firsts.get(read.reference), alike, reference_column, new_id)
        if done.new:
            firsts[read.reference] = First(read.digest, done.outcome, done.of, done.referral_id)
        if done.new and done.outcome is Outcome.ACCEPTED and isinstance(read.found, Row):
            row = read.found
            alike.add(Known(row.nhs_number, row.chi_number, row.hc_number, row.likeness, read.reference))
        sifted.append(done)
    return sifted


def _one(
    read: Read, before: First | None, alike: "_Alike", reference_column: str, new_id: Callable[[], UUID]
) -> Sifted:
    if before is not None:
        return _again(read, before, reference_column)
    if isinstance(read.found, Rejection):
        fault = read.found
        return Sifted(read, Outcome.REJECTED, column=fault.column, code=fault.code, message=fault.message)
    of = alike.find(read.found)
    if of is not None:
        return _possible_duplicate(read, of, new=True)
    return Sifted(read, Outcome.ACCEPTED, new=True, referral_id=new_id())


def _again(read: Read, before: First, reference_column: str) -> Sifted:
    if before.digest != read.digest:
        refused: ReferralRefused = ReferenceNotImported() if before.digest is None else ChangedSinceImport()
        return Sifted(read, Outcome.REJECTED, column=reference_column, code=refused.code, message=str(refused))
    if before.outcome is Outcome.POSSIBLE_DUPLICATE:
        return _possible_duplicate(read, before.of, new=False)
    return Sifted(read, before.outcome, referral_id=before.referral_id)


def _possible_duplicate(read: Read, of: str | None, *, new: bool) -> Sifted:
    return Sifted(read, Outcome.POSSIBLE_DUPLICATE, new=new, of=of, code=POSSIBLE_DUPLICATE, message=_ALIKE)


class _Alike:
    """Who is already here, by everything that tells one person from another. The earliest is kept."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._references: dict[tuple[str, str | bytes], str] = {}
        for person in known:
            self.add(person)

    def add(self, person: Known) -> None:
        for mark in _marks(person):
            self._references.setdefault(mark, person.reference)

    def find(self, row: Row) -> str | None:
        marks = _marks(row)
        return next((self._references[mark] for mark in marks if mark in self._references), None)


def _marks(person: Known | Row) -> list[tuple[str, str | bytes]]:
    marks = (
        ("nhs", person.nhs_number),
        ("chi", person.chi_number),
        ("hc", person.hc_number),
        ("likeness", person.likeness),
    )
    return [(kind, value) for kind, value in marks if value is not None]
