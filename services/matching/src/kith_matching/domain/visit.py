"""A visit to somebody's home: planned, checked in to and out of, and looked for by a human when it is not [K].

Whoever visits is alone with somebody whom few know. So a coordinator sees at once who has not said that they arrived,
or that they left, and the duty desk is told of it until somebody sees to it.

When support stops, or the supporter does, the visits to come are cancelled. One that has begun stays as it is, also
where nobody has checked in yet: somebody may be in that house, and is looked for.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.match import Match, check_running
from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import MatchingRefused, MoveRefused, NotFound, SupporterNotActive
from kith_matching.domain.supporter import Supporter, SupporterState

LATE_IN: Final = timedelta(minutes=30)
"""How long after the beginning somebody may come before they are looked for [K]."""
LATE_OUT: Final = timedelta(minutes=15)
"""How long after the planned end somebody may stay before they are looked for [K]."""


class Missing(StrEnum):
    """What somebody has not said in time."""

    CHECK_IN = "check-in"
    CHECK_OUT = "check-out"


class Stage(StrEnum):
    """How far a visit is."""

    PLANNED = "planned"
    """Nobody has checked in, whether or not it should have begun."""
    GOING_ON = "going-on"
    """Somebody has checked in, and not out."""
    OVER = "over"
    """Somebody has checked out, or it was cancelled."""


class VisitNotFound(NotFound):
    """No visit of this organisation, or of this supporter, has the id."""

    code = "visit-not-found"
    advice = "There is no visit with this id that you may see."


class VisitPast(MatchingRefused):
    """A visit is planned before it begins: that is the plan that others can look by."""

    code = "visit-past"
    advice = "The visit begins in the past. Plan it before you go; log what has been as a session."


class RisksNotPassedOn(MatchingRefused):
    """Nobody goes for the first time to where something must be known that they were not told."""

    code = "risks-not-passed-on"
    advice = (
        "Something may have to be known before anybody visits here. Whoever organises reads it with the referral, "
        "passes it on to the visitor, and plans the first visit with risks_passed_on: true."
    )


class VisitTooEarly(MoveRefused):
    """Nobody arrives long before they planned to: then it is another visit."""

    code = "visit-too-early"
    advice = "The visit begins later than in an hour. Plan one for now, or check in when you arrive."


class NotCheckedIn(MoveRefused):
    """Who leaves had arrived."""

    code = "not-checked-in"
    advice = "Nobody has checked in to this visit. Check in first; if it does not take place, cancel it."


class AlreadyCheckedIn(MoveRefused):
    """Somebody is there, or was: a visit is begun once, and not cancelled any more."""

    code = "already-checked-in"
    advice = "Somebody has checked in to this visit already. Check out when you leave."


class VisitOver(MoveRefused):
    """A visit that is over or cancelled stays so."""

    code = "visit-over"
    advice = "The visit is over, or was cancelled. Plan another one."


EARLIEST_IN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, by its times (UTC). Where it is, and what is to be known there, stands with the referral.

    ``risks_passed_on`` says that whoever organises read what a visitor must know, and passed it on to them.
    """

    id: UUID
    match_id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    starts_at: datetime
    ends_at: datetime
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    cancelled_at: datetime | None = None
    version: int = 1
    risks_passed_on: bool = False


def check_prepared(referral: Referral, *, passed_on: bool, prepared: bool) -> None:
    """Refuse a visit to where something must be known, or where nobody knows whether, until it was passed on.

    ``passed_on`` is said with this visit; ``prepared`` that it was said with another of the match, or that the
    supporter has been there. Raises ``RisksNotPassedOn``.
    """
    if referral.before_visiting is not False and not passed_on and not prepared:
        raise RisksNotPassedOn


def check_visits(supporter: Supporter) -> None:
    """Refuse a visit by somebody who rests or has left. Raises ``SupporterNotActive``.

    It is the same for all who rest: nobody learns from it that one of them is suspended.
    """
    if supporter.state is not SupporterState.ACTIVE:
        raise SupporterNotActive


def plan(
    match: Match,
    starts_at: datetime,
    minutes: int,
    *,
    visit_id: UUID,
    now: datetime,
    risks_passed_on: bool = False,
) -> Visit:
    """Plan a visit of a match. Raises ``MatchEnded`` and ``VisitPast``."""
    check_running(match)
    if starts_at < now:
        raise VisitPast
    return Visit(
        id=visit_id,
        match_id=match.id,
        referral_id=match.referral_id,
        supporter_id=match.supporter_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        risks_passed_on=risks_passed_on,
    )


def check_in(visit: Visit, *, now: datetime) -> Visit:
    """The supporter has arrived, and is looked for anew if they do not say that they left.

    Raises ``VisitOver``, ``AlreadyCheckedIn`` and ``VisitTooEarly``.
    """
    _check_open(visit)
    if visit.checked_in_at is not None:
        raise AlreadyCheckedIn
    if now < visit.starts_at - EARLIEST_IN:
        raise VisitTooEarly
    return replace(visit, checked_in_at=now, version=visit.version + 1)


def check_out(visit: Visit, *, now: datetime) -> Visit:
    """The supporter has left, and is well. Raises ``VisitOver`` and ``NotCheckedIn``."""
    _check_open(visit)
    if visit.checked_in_at is None:
        raise NotCheckedIn
    return replace(visit, checked_out_at=now, version=visit.version + 1)


def cancel(visit: Visit, *, now: datetime) -> Visit:
    """It does not take place. Raises ``VisitOver`` and ``AlreadyCheckedIn``: who is there checks out."""
    _check_open(visit)
    if visit.checked_in_at is not None:
        raise AlreadyCheckedIn
    return replace(visit, cancelled_at=now, version=visit.version + 1)


def _check_open(visit: Visit) -> None:
    if visit.checked_out_at is not None or visit.cancelled_at is not None:
        raise VisitOver
