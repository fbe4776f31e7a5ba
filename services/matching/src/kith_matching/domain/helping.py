"""Does it help? The person alone is asked, after the second session and at every review (RE: support may hinder)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.match import Match, check_running, reviewed_after
from kith_matching.domain.refusals import InTheFuture, MoveRefused, NotFound, OutsideMatch
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


@dataclass(frozen=True, slots=True)
class Helping:
    """What the person of a match said on a day (Europe/London), and who saw to it, by their subject, and when (UTC).

    ``review_on`` is the day since when the review was due that it was said at, or the day itself where it came earlier.
    """

    id: UUID
    match_id: UUID
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


def take(
    match: Match, terms: Terms, said: Says, moment: Moment, *, asked_on: date, today: date, helping_id: UUID
) -> tuple[Helping, Match]:
    """Take what the person says. At a review the next is due after the weeks with which the match began.

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
    return held, replace(match, review_on=review_on, version=match.version + 1)


def see_to(helping: Helping, *, by: str, now: datetime) -> Helping:
    """Say that somebody sees to it that it is harder. Raises ``NothingToSee``."""
    if helping.said is not Says.HARDER or helping.seen_at is not None:
        raise NothingToSee
    return replace(helping, seen_by=by, seen_at=now, version=helping.version + 1)
