"""The order of a list of referrals, and where a page of it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

RANKS: Final[Sequence[tuple[bool, bool]]] = ((True, True), (True, False), (False, True), (False, False))
"""Whether what stands at a rank is overdue, and whether it is urgent. What is overdue longest comes first there."""
LAST: Final = len(RANKS) - 1
"""The rank of what is neither overdue nor urgent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: after the referral ``id`` among those of ``rank``; of the overdue also by when it was due.

    Who goes on reading sees nothing twice that stands still; what moves to another rank meanwhile may be seen twice or
    not at all.
    """

    rank: int
    id: UUID
    due_on: date | None = None

    @classmethod
    def of(cls, rank: int, id_: UUID, due_on: date | None) -> "Place":
        """The place of a referral that stands in a list."""
        overdue, _ = RANKS[rank]
        return cls(rank, id_, due_on if overdue else None)


FIRST: Final = Place(0, UUID(int=0), date.min)
"""Before everything."""
