"""When what a programme's plan asks is due, and that somebody would rather not: days are civil days in Europe/London.

One thing to see to is a match and a moment, with all that the plan asks there: of the person, of the carer who comes
with them, of the supporter. It is due at the

* *baseline*: from the first session on, and late after the second;
* *review*: at each review, until the next;
* *ending*: from the planned one on, or the day on which support ended if that was before;
* *follow-up*: so many weeks after the ending as the plan says.

Nobody presses anybody: what is declined is not asked again at that moment.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.match import Ending, Match
from kith_matching.domain.measurement import Moment
from kith_matching.domain.refusals import InTheFuture, MatchingRefused, MoveRefused

ASKED_FOR_DAYS: Final = 56
"""Days after an ending, or after the weeks that follow it, in which somebody is asked still [K]."""
ASKED_AFTER: Final = (Ending.PLANNED, Ending.MOVED_ON, Ending.MOVED_TO_GROUP)
"""Endings that were come to together: whoever stopped, or died, is asked nothing [K]."""
BEFORE_REVIEW_DAYS: Final = 7
"""Answers count for a review that were taken less than so many days before it [K]: no rhythm is shorter than a week."""
BEFORE_ENDING_DAYS: Final = 28
"""The same for an ending, which is often talked about in one of the last sessions, and for what follows it [K]."""


class Asked(StrEnum):
    """Whom a plan asks."""

    PERSON = "person"
    CARER = "carer"
    SUPPORTER = "supporter"


class Why(StrEnum):
    """Why they are not asked. Nobody has to give a reason."""

    RATHER_NOT = "rather-not"
    NOT_WELL_ENOUGH = "not-well-enough"
    TOO_MUCH = "too-much"
    """There are other things now than questions."""
    NO_CARER = "no-carer"
    """Nobody comes with them: then no carer is asked at any moment of this match."""


@dataclass(frozen=True, slots=True)
class Declined:
    """That somebody would rather not be asked what was due since ``due_on``, as they said on ``declined_on``."""

    id: UUID
    match_id: UUID
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    of: Asked
    moment: Moment
    due_on: date
    why: Why
    declined_on: date
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says who would rather not."""

    of: Asked
    moment: Moment
    declined_on: date
    why: Why = Why.RATHER_NOT


class NothingAsked(MoveRefused):
    """Nobody declines what they are not asked."""

    code = "nothing-asked"
    advice = (
        "Nothing is asked of them at this moment now: it is answered or declined, its day has not come or is long "
        "past, or the programme does not ask it. Look at what is due."
    )


class CarerMeant(MatchingRefused):
    """That nobody comes with them is said of a carer."""

    code = "carer-meant"
    advice = "That there is no carer is an answer for the carer alone: say of: carer, or choose another reason."


def decline(
    match: Match, said: Said, due_on: date | None, *, today: date, decline_id: UUID, by: str, now: datetime
) -> Declined:
    """Take it that somebody would rather not. ``due_on`` is since when they are asked at that moment; None is not now.

    Raises ``CarerMeant``, ``InTheFuture`` and ``NothingAsked``.
    """
    if said.why is Why.NO_CARER and said.of is not Asked.CARER:
        raise CarerMeant
    if said.declined_on > today:
        raise InTheFuture
    if due_on is None:
        raise NothingAsked
    return Declined(
        id=decline_id,
        match_id=match.id,
        referral_id=match.referral_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        of=said.of,
        moment=said.moment,
        due_on=due_on,
        why=said.why,
        declined_on=said.declined_on,
        recorded_at=now,
        recorded_by=by,
    )
