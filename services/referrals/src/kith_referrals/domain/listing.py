"""The order of a list of referrals, and where a page of it ends."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

LAST: Final = 3
"""The rank of what is neither overdue nor urgent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: after the referral ``id`` among those of ``rank``.

    Rank 0 is overdue and urgent, 1 overdue, 2 urgent, 3 neither. Who goes on reading sees nothing twice that stands
    still; what moves to another rank meanwhile may be seen twice or not at all.
    """

    rank: int
    id: UUID


FIRST: Final = Place(0, UUID(int=0))
"""Before everything."""
