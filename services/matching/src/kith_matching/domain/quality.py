"""What others may know of a programme's supporters taken together: shares, and none where somebody would stand out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kith_matching.domain.attention import Holder, joined
from kith_matching.domain.checks import asks_for_checks, checks_until
from kith_matching.domain.referral import Programme

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


def count(
    programmes: Mapping[UUID, Programme],
    holders: Iterable[Holder],
    told: Mapping[UUID, Quality],
    today: date,
) -> list[Counted]:
    """Every programme that asks for checks or sets a rhythm, or of which something was told, counted ``today``.

    ``holders`` are the active supporters; only its own organisation's count.
    """
    supporters, checked, supervised, on_time = Counter[UUID](), Counter[UUID](), Counter[UUID](), Counter[UUID]()
    for holder in holders:
        for programme in joined(holder, programmes):
            if asks_for_checks(programme):
                until = checks_until(programme, holder.checks_valid_until, holder.checks)
                supporters[programme.id] += 1
                checked[programme.id] += until is not None and until >= today
            if programme.terms.supervision_weeks is not None:
                supervised[programme.id] += 1
                on_time[programme.id] += holder.supervised_by is not None and holder.supervised_by >= today
    nothing = Quality(UUID(int=0), UUID(int=0), None)
    return [
        Counted(
            one.id,
            one.organisation_id,
            supporters[one.id],
            checked[one.id],
            told.get(one.id, nothing).checks_current,
            supervised[one.id],
            on_time[one.id],
            told.get(one.id, nothing).supervision_on_time,
        )
        for one in programmes.values()
        if asks_for_checks(one) or one.terms.supervision_weeks is not None or one.id in told
    ]


def list_news(counted: Iterable[Counted]) -> list[Quality]:
    """What is to be told: of each programme of which something else is true now than was told last."""
    now = ((one, share(one.checked, one.supporters), share(one.on_time, one.supervised)) for one in counted)
    return [
        Quality(one.programme_id, one.organisation_id, checked, on_time)
        for one, checked, on_time in now
        if (checked, on_time) != (one.told, one.told_on_time)
    ]
