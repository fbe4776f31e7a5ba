"""What others may know of a programme's supporters taken together: shares, and none where somebody would stand out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

FEWEST: Final = 25
"""Of fewer supporters no share is said: each of them would be more than four in a hundred."""
_NONE: Final = 0
_ALL: Final = 100


@dataclass(frozen=True, slots=True)
class Quality:
    """What is said of a programme, in whole per cent; None says nothing.

    ``checks_current``: whose checks are valid. ``supervision_on_time``: to whom no supervision is owed any longer than
    the rhythm allows (``domain/supervision.py``).
    """

    programme_id: UUID
    organisation_id: UUID
    checks_current: int | None
    supervision_on_time: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A programme's active supporters on a day, those of them whose checks are valid, and the share told last.

    Where the programme asks for no checks, nobody is counted; nor is anybody ``supervised`` where it sets no rhythm.
    None was told, or nothing yet: others know no difference.
    """

    programme_id: UUID
    organisation_id: UUID
    supporters: int
    checked: int
    told: int | None
    supervised: int = 0
    on_time: int = 0
    told_on_time: int | None = None


def share(some: int, of: int) -> int | None:
    """``some`` in whole per cent, halves upwards: all only where it is all, none only where it is none.

    None of fewer than ``FEWEST``.
    """
    if of < FEWEST:
        return None
    if some in {0, of}:
        return _ALL if some else _NONE
    return min(max((200 * some + of) // (2 * of), _NONE + 1), _ALL - 1)


def list_news(counted: Iterable[Counted]) -> list[Quality]:
    """What is to be told: of each programme of which something else is true now than was told last."""
    now = ((one, share(one.checked, one.supporters), share(one.on_time, one.supervised)) for one in counted)
    return [
        Quality(one.programme_id, one.organisation_id, checked, on_time)
        for one, checked, on_time in now
        if (checked, on_time) != (one.told, one.told_on_time)
    ]
