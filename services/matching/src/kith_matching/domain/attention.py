"""What of active supporters' checks and trainings runs out soon, has run out, or was never recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.checks import Check, asks_for_checks, checks_until
from kith_matching.domain.referral import Programme
from kith_matching.domain.training import Training, trained_until

SOON: Final = timedelta(days=60)
"""How long before the day a coordinator sees it: a check takes weeks to come [K]."""


class What(StrEnum):
    """What needs to be seen to."""

    CHECKS = "checks"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Holder:
    """An active supporter by their id alone, with what they hold, and the day by which they are supervised again."""

    id: UUID
    organisation_id: UUID
    programme_ids: tuple[UUID, ...]
    checks_valid_until: date | None
    checks: tuple[Check, ...] = ()
    trainings: tuple[Training, ...] = ()
    supervised_by: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a programme asks of a supporter and that is good until a day, the last; None: it never was."""

    programme_id: UUID
    what: What
    code: str | None
    until: date | None


def joined(holder: Holder, programmes: Mapping[UUID, Programme]) -> Iterator[Programme]:
    """Those of the programmes that the supporter is in and that are known.

    An id may name a programme of which nobody knew yet, when they joined it, that it is another organisation's.
    """
    for one in dict.fromkeys(holder.programme_ids):
        programme = programmes.get(one)
        if programme is not None and programme.organisation_id == holder.organisation_id:
            yield programme


def needs(holder: Holder, programmes: Mapping[UUID, Programme], today: date) -> tuple[Need, ...]:
    """What a coordinator sees to: all that is not good for longer than ``SOON`` from ``today`` (Europe/London)."""
    return tuple(need for need in _all(holder, programmes) if need.until is None or need.until <= today + SOON)


def ran_out(holder: Holder, programmes: Mapping[UUID, Programme], today: date) -> frozenset[date]:
    """The last days of checks that were good for a programme of theirs, and for none in its place are any more."""
    days = (need.until for need in _all(holder, programmes) if need.what is What.CHECKS)
    return frozenset(day for day in days if day is not None and day < today)


def _all(holder: Holder, programmes: Mapping[UUID, Programme]) -> Iterator[Need]:
    for programme in joined(holder, programmes):
        if asks_for_checks(programme):
            until = checks_until(programme, holder.checks_valid_until, holder.checks)
            yield Need(programme.id, What.CHECKS, None, until)
        for asked in programme.terms.training:
            yield Need(programme.id, What.TRAINING, asked.code, trained_until(asked, holder.trainings))
