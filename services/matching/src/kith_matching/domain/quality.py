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
from kith_matching.domain.training import missing

FEWEST: Final = 25
"""Of fewer supporters no share is said: each of them would be more than four in a hundred."""
_NONE: Final = 0
_ALL: Final = 100


@dataclass(frozen=True, slots=True)
class Quality:
    """What is said of a programme, in whole per cent; None says nothing, as before anything was told.

    ``checks_current``: whose checks are valid. ``supervision_on_time``: to whom no supervision is owed any longer than
    the rhythm allows (``domain/supervision.py``). ``training_held``: who hold everything that it asks for, in date.
    """

    programme_id: UUID
    organisation_id: UUID
    checks_current: int | None = None
    supervision_on_time: int | None = None
    training_held: int | None = None


def share(some: int, of: int) -> int | None:
    """``some`` in whole per cent, halves upwards: all only where it is all, none only where it is none.

    None of fewer than ``FEWEST``.
    """
    if of < FEWEST:
        return None
    if some in {0, of}:
        return _ALL if some else _NONE
    return min(max((200 * some + of) // (2 * of), _NONE + 1), _ALL - 1)


def count(programmes: Mapping[UUID, Programme], holders: Iterable[Holder], today: date) -> list[Quality]:
    """What is true of every programme ``today``; of what it does not ask for, nothing.

    ``holders`` are the active supporters; only its own organisation's count.
    """
    of, checked, on_time, trained = Counter[UUID](), Counter[UUID](), Counter[UUID](), Counter[UUID]()
    for holder in holders:
        for programme in joined(holder, programmes):
            until = checks_until(programme, holder.checks_valid_until, holder.checks)
            of[programme.id] += 1
            checked[programme.id] += until is not None and until >= today
            on_time[programme.id] += holder.supervised_by is not None and holder.supervised_by >= today
            trained[programme.id] += not missing(programme.terms, holder.trainings, today)
    return [
        Quality(
            one.id,
            one.organisation_id,
            share(checked[one.id], of[one.id]) if asks_for_checks(one) else None,
            share(on_time[one.id], of[one.id]) if one.terms.supervision_weeks is not None else None,
            share(trained[one.id], of[one.id]) if one.terms.training else None,
        )
        for one in programmes.values()
    ]


def list_news(now: Iterable[Quality], told: Mapping[UUID, Quality]) -> list[Quality]:
    """What is to be told: of each programme of which something else is true now than was told last."""
    return [one for one in now if one != told.get(one.programme_id, Quality(one.programme_id, one.organisation_id))]
