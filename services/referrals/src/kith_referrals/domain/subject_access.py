"""When somebody asks what is known of them: by when they are answered, and what of it is somebody else's.

Nothing is left out in silence: in the place of what is not given stands why it is not.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from kith_referrals.domain.nations import Nation, working_day_after
from kith_referrals.domain.person_refusals import AskedAfterToday, ClosedBeforeAsked, RequestClosed


class Outcome(StrEnum):
    """How a request ended."""

    GIVEN = "given"
    PARTLY_GIVEN = "partly-given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Withheld(StrEnum):
    """Why something is not given."""

    ANOTHER_AUTHOR = "another-author"
    """Written by another organisation: the person can ask that one."""
    ANOTHER_PERSON = "another-person"
    """It says something about somebody else."""
    STAFF = "member-of-staff"
    """The login of whoever did it."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asked an organisation. All days are civil dates (Europe/London); ``opened_by`` is a token's subject."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    asked_on: date
    due_on: date
    opened_by: str
    version: int = 1
    closed_on: date | None = None
    outcome: Outcome | None = None


def due_on(asked_on: date, nation: Nation) -> date:
    """The last day on which to answer: a calendar month later (Information Commissioner's Office, right of access).

    The last day of that month where it has no such day, and the next working day of the organisation's nation for a
    weekend or a bank holiday.
    """
    year, month = divmod(asked_on.year * 12 + asked_on.month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return working_day_after(date(year, month + 1, min(asked_on.day, last)), 0, nation)


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


def close(request: Request, outcome: Outcome, closed_on: date, today: date) -> Request:
    """The request, answered or not. Raises ``RequestClosed``, ``AskedAfterToday`` or ``ClosedBeforeAsked``."""
    check_open(request)
    if closed_on > today:
        raise AskedAfterToday
    if closed_on < request.asked_on:
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
