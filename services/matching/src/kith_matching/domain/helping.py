"""Does it help? The person alone is asked, after the second session and at every review (RE: support may hinder).

Whoever is in a group or course, or comes to a listener, is asked as well: after the second meeting to which they came,
and at the reviews of their programme, where its definition says so. They are asked of all of it, not of each group.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.extending import balance_after
from kith_matching.domain.match import Match, check_running, reviewed_after
from kith_matching.domain.referral import Referral, check_open
from kith_matching.domain.refusals import InTheFuture, MoveRefused, NotFound, OccasionRefused, OutsideMatch
from kith_matching.domain.terms import Terms


class Says(StrEnum):
    """What the person says."""

    HELPING = "helping"
    NO_DIFFERENT = "no-different"
    HARDER = "harder"
    """It makes it harder. A coordinator sees to it at once."""


class Moment(StrEnum):
    """When they were asked."""

    SECOND_SESSION = "second-session"
    REVIEW = "review"
    IN_BETWEEN = "in-between"
    """They said it of themself."""


class HelpingNotFound(NotFound):
    """No answer of this organisation's people has the id."""

    code = "helping-not-found"
    advice = "Nobody of your organisation's people said anything with this id."


class NothingToSee(MoveRefused):
    """Only what is harder is seen to, once."""

    code = "nothing-to-see-to"
    advice = "The person did not say that it is harder, or somebody has seen to it already."


class NotComeYet(OccasionRefused):
    """Nobody says whether something helps to which they have not come."""

    code = "not-come-yet"
    advice = "The person had come to no meeting by that day. Log it first, with who attended, or name a later day."


@dataclass(frozen=True, slots=True)
class Helping:
    """What the person of a match said on a day (Europe/London), and who saw to it, by their subject, and when (UTC).

    Without a match it is what they said of the groups, courses and slots to which they come.
    ``review_on`` is the day since when the review was due that it was said at, or the day itself where it came earlier.
    """

    id: UUID
    match_id: UUID | None
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    asked_on: date
    moment: Moment
    said: Says
    seen_by: str | None = None
    seen_at: datetime | None = None
    version: int = 1
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """How somebody who was referred comes to meetings, and when they were asked. Days are days in Europe/London.

    ``first_on``, ``second_on`` and ``last_on`` are those of the meetings to which they came that happened; None where
    there was none. ``stopped`` says that they left, or that their referral is over: nobody asks them any more.
    """

    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    first_on: date | None
    second_on: date | None
    last_on: date | None
    limits_explained: bool = False
    asked_on: date | None = None
    reviewed_on: date | None = None
    stopped: bool = False


def take(
    match: Match,
    terms: Terms,
    said: Says,
    moment: Moment,
    *,
    asked_on: date,
    today: date,
    helping_id: UUID,
    reviews: int = 0,
) -> tuple[Helping, Match]:
    """Take what the person says. At a review the next is due after the weeks with which the match began.

    ``reviews`` is how many there were before: where no end is planned, some of them ask about the balance.
    Raises ``MatchEnded``, ``InTheFuture`` and, of a day before the match was made, ``OutsideMatch``.
    """
    check_running(match)
    if asked_on > today:
        raise InTheFuture
    if asked_on < match.made_on:
        raise OutsideMatch
    helping = Helping(
        id=helping_id,
        match_id=match.id,
        referral_id=match.referral_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        asked_on=asked_on,
        moment=moment,
        said=said,
    )
    if moment is not Moment.REVIEW:
        return helping, match
    held = replace(helping, review_on=min(match.review_on, asked_on))
    review_on = max(match.review_on, reviewed_after(asked_on, terms))
    due_on = balance_after(match, terms, reviews + 1, today=today)
    return held, replace(match, review_on=review_on, balance_due_on=due_on, version=match.version + 1)


def take_of_meetings(
    referral: Referral, coming: Coming, said: Says, moment: Moment, *, asked_on: date, today: date, helping_id: UUID
) -> tuple[Helping, Coming]:
    """Take what a person says of the groups, courses and slots to which they come.

    Raises ``ReferralNotOpen``, ``InTheFuture`` and, of a day before their first meeting, ``NotComeYet``.
    """
    check_open(referral)
    if asked_on > today:
        raise InTheFuture
    if coming.first_on is None or asked_on < coming.first_on:
        raise NotComeYet
    helping = Helping(
        id=helping_id,
        match_id=None,
        referral_id=referral.id,
        programme_id=referral.programme_id,
        organisation_id=referral.organisation_id,
        asked_on=asked_on,
        moment=moment,
        said=said,
    )
    reviewed_on = _later(coming.reviewed_on, asked_on) if moment is Moment.REVIEW else coming.reviewed_on
    return helping, replace(coming, asked_on=_later(coming.asked_on, asked_on), reviewed_on=reviewed_on)


def see_to(helping: Helping, *, by: str, now: datetime) -> Helping:
    """Say that somebody sees to it that it is harder. Raises ``NothingToSee``."""
    if helping.said is not Says.HARDER or helping.seen_at is not None:
        raise NothingToSee
    return replace(helping, seen_by=by, seen_at=now, version=helping.version + 1)


def _later(one: date | None, other: date) -> date:
    return other if one is None else max(one, other)
