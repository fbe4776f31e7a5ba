"""When somebody asks what is known of them: by when they are answered, and what of it is somebody else's.

The clock stands while the person is asked what they mean, or who they are (Data (Use and Access) Act 2025). Nothing is
left out in silence: in the place of what is not given stands why it is not.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from kith_referrals.domain.access_refusals import (
    AnsweredBeforeQuestion,
    AskedAfterToday,
    BeforeAsked,
    ClosedBeforeAsked,
    ExtensionToldLate,
    NothingAwaited,
    RequestClosed,
    RequestExtended,
    RequestWaits,
    WaitOverlaps,
    WaitTooLate,
)
from kith_referrals.domain.nations import Nation, working_day_after

MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
"""In all, from the day on which the person asked."""


class Outcome(StrEnum):
    """How a request ended."""

    GIVEN = "given"
    PARTLY_GIVEN = "partly-given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


GIVES: Final = frozenset({Outcome.GIVEN, Outcome.PARTLY_GIVEN})
"""The outcomes by which somebody was handed something."""


class Reason(StrEnum):
    """Why an answer takes longer."""

    COMPLEX = "complex"
    MANY_REQUESTS = "many-requests"


class Awaited(StrEnum):
    """What the person was asked, and the answer cannot be given without."""

    CLARIFICATION = "clarification"
    IDENTITY = "identity"


class Withheld(StrEnum):
    """Why something is not given."""

    ANOTHER_AUTHOR = "another-author"
    """Written by another organisation: the person can ask that one."""
    ANOTHER_PERSON = "another-person"
    """It says something about somebody else."""
    STAFF = "member-of-staff"
    """The login of whoever did it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The clock stood from the day on which the person was asked to that on which they answered."""

    awaited: Awaited
    asked_on: date
    answered_on: date


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asked an organisation. All days are civil dates (Europe/London); ``opened_by`` is a token's subject.

    ``runs_until`` is the last day on which to answer, before anything is added for what is awaited now.
    ``extended_on`` is the day on which the person was told. ``waits`` are over, each after the one before it.
    """

    id: UUID
    person_id: UUID
    organisation_id: UUID
    asked_on: date
    runs_until: date
    opened_by: str
    version: int = 1
    extended_on: date | None = None
    extended_for: Reason | None = None
    waiting_since: date | None = None
    waiting_for: Awaited | None = None
    waits: tuple[Wait, ...] = ()
    closed_on: date | None = None
    outcome: Outcome | None = None

    @property
    def due_on(self) -> date | None:
        """The last day on which to answer; None while the clock stands."""
        return None if self.waiting_since is not None else self.runs_until

    @property
    def moved_on(self) -> date:
        """The latest day that is known of it."""
        days = (self.extended_on, self.waiting_since, *(wait.answered_on for wait in self.waits))
        return max([self.asked_on, *(day for day in days if day is not None)])

    def waited(self, until: date) -> timedelta:
        """How long the clock has stood by the day ``until``."""
        waits = [(wait.asked_on, wait.answered_on) for wait in self.waits]
        if self.waiting_since is not None:
            waits.append((self.waiting_since, until))
        return sum((max(min(end, until) - begin, timedelta()) for begin, end in waits), timedelta())


def due_on(asked_on: date, nation: Nation, *, months: int = MONTHS, waited: timedelta = timedelta()) -> date:
    """The last day on which to answer: calendar months later (Information Commissioner's Office, right of access).

    The last day of that month where it has no such day; the days ``waited`` later; and the next working day of the
    organisation's nation for a weekend or a bank holiday.
    """
    return working_day_after(runs_out(asked_on, months=months) + waited, 0, nation)


def runs_out(asked_on: date, *, months: int) -> date:
    """The same day of the month, or its last, so many calendar months later."""
    year, month = divmod(asked_on.year * 12 + asked_on.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(asked_on.day, last))


def ask(
    request_id: UUID, person_id: UUID, organisation_id: UUID, *, asked_on: date, nation: Nation, by: str, today: date
) -> Request:
    """A request as it is logged by an organisation of the nation. Raises ``AskedAfterToday``."""
    if asked_on > today:
        raise AskedAfterToday
    return Request(request_id, person_id, organisation_id, asked_on, due_on(asked_on, nation), by)


def check_open(request: Request) -> Request:
    """The request, if nobody has closed it. Raises ``RequestClosed``."""
    if request.closed_on is not None:
        raise RequestClosed
    return request


def extend(request: Request, reason: Reason, told_on: date, nation: Nation, today: date) -> Request:
    """The request, due three months after it was asked, if the person was told within the first.

    What counts is the first month as it stood on that day, with what had been waited by then: no later wait makes it
    longer. Raises ``RequestClosed``, ``RequestExtended``, ``AskedAfterToday``, ``BeforeAsked`` or
    ``ExtensionToldLate``.
    """
    check_open(request)
    if request.extended_on is not None:
        raise RequestExtended
    _check_day(request, told_on, today)
    if told_on > due_on(request.asked_on, nation, waited=request.waited(told_on)):
        raise ExtensionToldLate
    return _counted(replace(request, extended_on=told_on, extended_for=reason), nation)


def wait(request: Request, awaited: Awaited, asked_on: date, today: date) -> Request:
    """The request with its clock stopped: the person was asked something.

    Raises ``RequestClosed``, ``RequestWaits``, ``AskedAfterToday``, ``BeforeAsked``, ``WaitOverlaps`` or
    ``WaitTooLate``.
    """
    check_open(request)
    if request.waiting_since is not None:
        raise RequestWaits
    _check_day(request, asked_on, today)
    if request.waits and asked_on < request.waits[-1].answered_on:
        raise WaitOverlaps
    if asked_on > request.runs_until:
        raise WaitTooLate
    return replace(request, waiting_since=asked_on, waiting_for=awaited, version=request.version + 1)


def resume(request: Request, answered_on: date, nation: Nation, today: date) -> Request:
    """The request, due as many days later as the person's answer took.

    Raises ``RequestClosed``, ``NothingAwaited``, ``AskedAfterToday`` or ``AnsweredBeforeQuestion``.
    """
    check_open(request)
    if request.waiting_since is None or request.waiting_for is None:
        raise NothingAwaited
    if answered_on > today:
        raise AskedAfterToday
    if answered_on < request.waiting_since:
        raise AnsweredBeforeQuestion
    over = Wait(request.waiting_for, request.waiting_since, answered_on)
    return _counted(replace(request, waiting_since=None, waiting_for=None, waits=(*request.waits, over)), nation)


def close(request: Request, outcome: Outcome, closed_on: date, today: date) -> Request:
    """The request, answered or not. What is awaited for ever is no answer: then nothing was given.

    Raises ``RequestClosed``, ``RequestWaits``, ``AskedAfterToday`` or ``ClosedBeforeAsked``.
    """
    check_open(request)
    if request.waiting_since is not None and outcome in GIVES:
        raise RequestWaits
    if closed_on > today:
        raise AskedAfterToday
    if closed_on < request.moved_on:
        raise ClosedBeforeAsked
    return replace(request, closed_on=closed_on, outcome=outcome, version=request.version + 1)


def withheld(why: Withheld) -> dict[str, str]:
    """What stands in the place of something that is not given."""
    return {"redacted": why.value}


def given(row: Mapping[str, Any], *, by: UUID | None, to: UUID) -> dict[str, Any]:
    """A row as the person may have it from the organisation ``to``, when the organisation ``by`` wrote it.

    Words are given where the same organisation wrote them; logins and other people's ids are not.
    """
    shown = dict(row)
    for name, why in _NOT_GIVEN.items():
        own_words = why is Withheld.ANOTHER_AUTHOR and by in {None, to}
        if shown.get(name) is not None and not own_words:
            shown[name] = withheld(why)
    return shown


def _check_day(request: Request, day: date, today: date) -> None:
    if day > today:
        raise AskedAfterToday
    if day < request.asked_on:
        raise BeforeAsked


def _counted(request: Request, nation: Nation) -> Request:
    """The request, due when its months and what was waited are over."""
    waited = sum((one.answered_on - one.asked_on for one in request.waits), timedelta())
    months = MONTHS if request.extended_on is None else EXTENDED_MONTHS
    until = due_on(request.asked_on, nation, months=months, waited=waited)
    return replace(request, runs_until=until, version=request.version + 1)


_NOT_GIVEN: Final = {
    "notes": Withheld.ANOTHER_AUTHOR,
    "note": Withheld.ANOTHER_AUTHOR,
    "reason_given": Withheld.ANOTHER_AUTHOR,
    "subject": Withheld.STAFF,
    "notes_read_by": Withheld.STAFF,
    "erasure_by": Withheld.STAFF,
    "client_id": Withheld.STAFF,
    "other_id": Withheld.ANOTHER_PERSON,
    "other_members": Withheld.ANOTHER_PERSON,
}
"""Columns that hold somebody else's words, or somebody else."""
