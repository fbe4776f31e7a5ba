"""What becomes of the rows of one request: what it was before, a fault, a possible duplicate, or a referral."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.intake.refusals import ChangedSinceImport, ReferenceNotImported, RowErased
from kith_referrals.domain.intake.rows import Cells, Rejection, Row
from kith_referrals.domain.likeness import SURE, SUREST_FIRST, Traits, likeness, sure_marks
from kith_referrals.domain.refusals import ReferralRefused

POSSIBLE_DUPLICATE: Final = "possible-duplicate"
_CLOSED: Final = "This row waited for somebody to look at it when the organisation closed. Nothing was created."
_ALIKE: Final = (
    "This may be a person who is already here: the same health-service number, or the same name, birth date and "
    "district. Nothing was created; somebody must look at both."
)


class Outcome(StrEnum):
    """What becomes of a row."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    POSSIBLE_DUPLICATE = "possible-duplicate"
    ERASED = "erased"
    """Of the row nothing is left but that there was one."""
    ORGANISATION_CLOSED = "organisation-closed"
    """It waited for a human when the organisation closed. Nothing else is left of it either."""


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

    traits: Traits = field(repr=False)
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
            alike.add(Known(read.found.person.traits, read.reference))
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
    of = alike.find(read.found.person.traits)
    if of is not None:
        return _possible_duplicate(read, of, new=True)
    return Sifted(read, Outcome.ACCEPTED, new=True, referral_id=new_id())


def _again(read: Read, before: First, reference_column: str) -> Sifted:
    if before.outcome is Outcome.ERASED:
        erased = RowErased()
        return Sifted(read, Outcome.REJECTED, column=reference_column, code=erased.code, message=str(erased))
    if before.outcome is Outcome.ORGANISATION_CLOSED:
        return Sifted(read, before.outcome, code=before.outcome.value, message=_CLOSED)
    if before.digest != read.digest:
        refused: ReferralRefused = ReferenceNotImported() if before.digest is None else ChangedSinceImport()
        return Sifted(read, Outcome.REJECTED, column=reference_column, code=refused.code, message=str(refused))
    if before.outcome is Outcome.POSSIBLE_DUPLICATE:
        return _possible_duplicate(read, before.of, new=False)
    return Sifted(read, before.outcome, referral_id=before.referral_id)


def _possible_duplicate(read: Read, of: str | None, *, new: bool) -> Sifted:
    return Sifted(read, Outcome.POSSIBLE_DUPLICATE, new=new, of=of, code=POSSIBLE_DUPLICATE, message=_ALIKE)


class _Alike:
    """Who is already here, by what can tell one person from another."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._known: list[Known] = []
        self._by_mark: dict[Hashable, list[int]] = {}
        for person in known:
            self.add(person)

    def add(self, person: Known) -> None:
        for mark in sure_marks(person.traits):
            self._by_mark.setdefault(mark, []).append(len(self._known))
        self._known.append(person)

    def find(self, traits: Traits) -> str | None:
        """The reference of whoever is most surely alike, and of those the earliest; or None."""
        places = {place for mark in sure_marks(traits) for place in self._by_mark.get(mark, ())}
        found = [
            (SUREST_FIRST.index(how), place)
            for place in places
            if (how := likeness(traits, self._known[place].traits)) is not None and how in SURE
        ]
        return self._known[min(found)[1]].reference if found else None
