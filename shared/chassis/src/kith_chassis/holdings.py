"""Everything a service holds about somebody, asked by pseudonym: for subject access, and as the proof of an erasure."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Holding:
    """One row, or what is left of it. ``says`` is codes, ids and dates; whoever else is in it is left out.

    ``tombstone`` is true when nothing in it says anything about the person any more: ids, and what counting needs.
    ``organisation_id`` is the organisation that answers for it, where there is one.
    """

    kind: str
    id: UUID
    tombstone: bool
    organisation_id: UUID | None = None
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """All that a service holds: its rows, and of which of the people it knows that they were erased."""

    holdings: Sequence[Holding]
    erased: Collection[UUID]


Holds = Callable[[AsyncConnection, Sequence[UUID], Sequence[UUID]], Awaitable[Held]]
"""What a service answers with: about people, by their pseudonyms, and about referrals, by their ids."""
