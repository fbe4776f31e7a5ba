"""What a person means to reach, in a code and, if they wish, in their own words; looked at together, and let go freely.

The group members "support each other to set goals and overcome the problems that make achieving those goals more
difficult" (MH, *Self-management*); with a supporter two do so [K]. A goal that is let go is no failure.

What a programme hopes for and no instrument asks, such as confidence or independence (RE, MH), is a goal with the
outcome's own code: so many set it, so many are nearer, so many reached it (decision 0039).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.components import Component, check_on
from kith_matching.domain.referral import Programme, Referral, check_open
from kith_matching.domain.refusals import InTheFuture, MatchingRefused, MoveRefused, NotFound

MOST_OPEN: Final = 10
"""Whoever has more goals than that at once has none [K]."""


class GoalState(StrEnum):
    """What became of a goal."""

    OPEN = "open"
    REACHED = "reached"
    CHANGED = "changed"
    """It has become another, which is set anew."""
    LET_GO = "let-go"


class LookedAt(StrEnum):
    """When the two, or a group, looked at it."""

    SESSION = "session"
    REVIEW = "review"
    ENDING = "ending"


class GoalNotFound(NotFound):
    """No goal that the caller may see has the id."""

    code = "goal-not-found"
    advice = "There is no goal with this id that you may see."


class GoalEnded(MoveRefused):
    """What was reached, changed or let go is looked at no more."""

    code = "goal-ended"
    advice = "The goal was reached, changed or let go. Set another one."


class TooManyGoals(MatchingRefused):
    """A few that are looked at, rather than many that are not."""

    code = "too-many-goals"
    advice = "The person has ten goals already. Let one of them go first, or say that it was reached."


class BeforeItWasSet(MatchingRefused):
    """Nobody looks at, or ends, what is not set yet."""

    code = "before-it-was-set"
    advice = "The goal was set after this day. Name the day on which you looked at it."


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal of a referral's person. Days are in Europe/London.

    ``words`` are the person's own, for whoever organises the programme and whoever supports them now; they are sealed,
    and in no list, fact or log.
    """

    id: UUID
    referral_id: UUID
    programme_id: UUID
    organisation_id: UUID
    code: str
    set_on: date
    words: str | None = field(default=None, repr=False)
    state: GoalState = GoalState.OPEN
    ended_on: date | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Look:
    """How near the person says they are, from 0 (not met at all) to 10 (met fully), as *goal-based outcomes* ask it."""

    id: UUID
    goal_id: UUID
    organisation_id: UUID
    looked_on: date
    at: LookedAt
    near: int


def set_goal(goal: Goal, programme: Programme, referral: Referral, open_now: int, *, today: date) -> Goal:
    """Set a goal beside as many as are ``open_now``.

    Raises ``ComponentOff``, ``ReferralNotOpen``, ``InTheFuture`` and ``TooManyGoals``.
    """
    check_on(programme, Component.GOALS)
    check_open(referral)
    _check_day(goal, goal.set_on, today)
    if open_now >= MOST_OPEN:
        raise TooManyGoals
    return goal


def look_at(goal: Goal, look: Look, *, today: date) -> Look:
    """Keep how near the person is. Raises ``GoalEnded``, ``InTheFuture`` and ``BeforeItWasSet``."""
    _check_goes_on(goal)
    _check_day(goal, look.looked_on, today)
    return look


def end_goal(goal: Goal, state: GoalState, *, on: date, today: date) -> Goal:
    """Say what became of it. Raises ``GoalEnded``, ``InTheFuture`` and ``BeforeItWasSet``."""
    _check_goes_on(goal)
    _check_day(goal, on, today)
    return replace(goal, state=state, ended_on=on, version=goal.version + 1)


def _check_goes_on(goal: Goal) -> None:
    if goal.state is not GoalState.OPEN:
        raise GoalEnded


def _check_day(goal: Goal, day: date, today: date) -> None:
    if day > today:
        raise InTheFuture
    if day < goal.set_on:
        raise BeforeItWasSet
