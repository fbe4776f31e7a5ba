"""Criminal-record checks: which body made one, at which level, what was decided, and until when it is good enough.

Checks have no expiry date; programmes look at their status again after months that their definition says. What a check
says is never kept, only what was decided on it, and by which reason its level might be asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.lasting import months_after
from kith_matching.domain.referral import Programme
from kith_matching.domain.refusals import InTheFuture, MatchingRefused
from kith_matching.domain.terms import CheckAsked


class CheckRefused(MatchingRefused):
    """The check cannot have been as it was told."""

    code = "check-refused"


class NoSuchCheck(CheckRefused):
    """Each body has its own levels."""

    code = "no-such-check"


class LevelNotEligible(CheckRefused):
    """To ask for a level that a role is not eligible for is an offence, so nothing of it is kept either."""

    code = "level-not-eligible"
    advice = (
        "The role is not eligible for this level, and to ask for it is an offence. Ask for a basic check (level-1 in "
        "Scotland), or record for which reason the role is eligible."
    )


class CheckUndated(CheckRefused):
    """What was decided, was decided on something that was issued."""

    code = "check-undated"
    advice = "Say when the check was issued. Only one that is awaited has no day yet."


class CheckBackwards(CheckRefused):
    """A check is issued, then looked at, then looked at again."""

    code = "check-backwards"
    advice = "The days are not in order: issued, last looked at, next look. Check them."


class Body(StrEnum):
    """Who checks. It follows where suitability is decided, not where somebody lives."""

    DBS = "dbs"
    DISCLOSURE_SCOTLAND = "disclosure-scotland"
    ACCESS_NI = "access-ni"


class Eligibility(StrEnum):
    """What was decided of the role before the check was asked for."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not-eligible"


class Decision(StrEnum):
    """What the organisation decided on the check."""

    SUITABLE = "suitable"
    SUITABLE_WITH_CONDITIONS = "suitable-with-conditions"
    NOT_SUITABLE = "not-suitable"
    AWAITED = "awaited"


LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    Body.DBS: ("basic", "standard", "enhanced", "enhanced-with-barred-list"),
    Body.DISCLOSURE_SCOTLAND: ("level-1", "level-2", "pvg"),
    Body.ACCESS_NI: ("basic", "standard", "enhanced"),
}
"""Each body's levels, from the lowest: a higher one is good enough where a lower is asked for [K].

Who joins the PVG scheme has a Level 2 disclosure with it, so ``pvg`` is above ``level-2``; a Level 2 disclosure without
the scheme is not enough where the scheme is asked for.
"""
_OPEN_TO_ANYBODY: Final = frozenset({"basic", "level-1"})
_SUITABLE: Final = frozenset({Decision.SUITABLE, Decision.SUITABLE_WITH_CONDITIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """As much of a check as hard rules look at. Days are days in Europe/London.

    ``looked_at_on`` is the last look at its status, ``next_look_on`` the day by which the organisation means to look
    again, if that is sooner than a programme asks.
    """

    body: Body
    level: str
    workforce: str
    decision: Decision
    looked_at_on: date | None
    next_look_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord(Check):
    """A check as it stood when it was recorded; a later record of the same body, level and workforce replaces it.

    ``number_ends`` is the last four of its number. ``eligibility_reason`` is a code: ``regulated-activity``,
    ``working-with-children``.
    """

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    eligibility: Eligibility
    eligibility_reason: str
    issued_on: date | None
    number_ends: str | None


def checked(check: CheckRecord, today: date) -> CheckRecord:
    """The check, if it can have been so.

    Raises ``NoSuchCheck``, ``LevelNotEligible``, ``CheckUndated``, ``CheckBackwards`` and ``InTheFuture``.
    """
    levels = LEVELS[check.body]
    if check.level not in levels:
        raise NoSuchCheck(f"{check.body} makes no check at this level. There are: {', '.join(levels)}.")
    if check.eligibility is Eligibility.NOT_ELIGIBLE and check.level not in _OPEN_TO_ANYBODY:
        raise LevelNotEligible
    if check.decision is not Decision.AWAITED and (check.issued_on is None or check.looked_at_on is None):
        raise CheckUndated
    days = [day for day in (check.issued_on, check.looked_at_on, check.next_look_on) if day is not None]
    if days != sorted(days):
        raise CheckBackwards
    if any(day is not None and day > today for day in (check.issued_on, check.looked_at_on)):
        raise InTheFuture
    return check


def asks_for_checks(programme: Programme) -> bool:
    """Whether the programme's supporters need a check."""
    return bool(programme.terms.checks) or programme.checks_required


def checks_until(programme: Programme, valid_until: date | None, held: Sequence[Check]) -> date | None:
    """The last day on which a supporter is checked as the programme asks; None where they are not.

    A programme whose definition names nations looks at the checks that are ``held``, in the order in which they were
    recorded, and at nothing else. One without asks no more than that some check is valid, and its supporters'
    ``valid_until`` (``checks_valid_until``) says so: the simple way, for who keeps no checks here. Each programme has
    one source, and the two are never mixed.
    """
    if programme.terms.checks:
        return _held_until(programme.terms.checks, held)
    return valid_until


def why_unchecked(programme: Programme, valid_until: date | None, held: Sequence[Check]) -> str:
    """What is in the way of a supporter who is not checked as the programme asks, and what would change that.

    Neither days nor that somebody was found not suitable: refusals are shown in problems and logs.
    """
    if checks_until(programme, valid_until, held) is not None:
        return "The supporter's check has run out. Look at its status again, and record it."
    asked = programme.terms.checks
    if not asked:
        return "The supporter's checks are not recorded. Record until when they are valid."
    kinds = ", or ".join(f"{one.body} at {one.level} or above ({one.nation})" for one in asked)
    bodies = {one.body for one in asked} - _unsuitable(held)
    if any(one.body in bodies and one.decision is Decision.AWAITED for one in _last(held)):
        return f"The supporter's check is awaited. Record what was decided: the programme asks for {kinds}."
    return f"No check is recorded that is good enough. The programme asks for {kinds}."


def _held_until(asked: Sequence[CheckAsked], held: Sequence[Check]) -> date | None:
    """What ONE of the nations asks for is enough. Who is unsuitable by a body is so at each of its levels."""
    unsuitable = _unsuitable(held)
    days = [
        _lasts_until(check, one.look_again_months)
        for one in asked
        for check in _standing(held)
        if one.body not in unsuitable and _is_enough(check, one)
    ]
    return max(days, default=None)


def _standing(held: Sequence[Check]) -> list[Check]:
    """The last that was decided of each body, level and workforce. What is awaited leaves the one before standing."""
    return _last([one for one in held if one.decision is not Decision.AWAITED])


def _last(held: Sequence[Check]) -> list[Check]:
    return list({(one.body, one.level, one.workforce): one for one in held}.values())


def _unsuitable(held: Sequence[Check]) -> set[str]:
    return {one.body for one in _standing(held) if one.decision is Decision.NOT_SUITABLE}


def _is_enough(check: Check, asked: CheckAsked) -> bool:
    if check.body != asked.body or check.decision not in _SUITABLE:
        return False
    levels = LEVELS.get(asked.body, ())
    if asked.level not in levels:
        return False
    return levels.index(check.level) >= levels.index(asked.level)


def _lasts_until(check: Check, months: int) -> date:
    if check.looked_at_on is None:
        raise CheckUndated
    until = months_after(check.looked_at_on, months)
    return until if check.next_look_on is None else min(until, check.next_look_on)
