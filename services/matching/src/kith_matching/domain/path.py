"""A supporter's path: from application to active, resting and back, and leaving, with the days of every step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture, MatchingRefused
from kith_matching.domain.supporter import SupporterState


class PathRefused(MatchingRefused):
    """The path does not go there now; the message says where it goes."""

    code = "path-refused"


class SupporterMoveRefused(PathRefused):
    """From where the supporter is there is no way to that state."""

    code = "supporter-move-refused"


class StepsUnfinished(PathRefused):
    """A programme of theirs asks for a step that is not finished ("before they were ready", HH)."""

    code = "steps-unfinished"


class StepNotKnown(PathRefused):
    """No programme asks for a step of this name."""

    code = "step-not-known"


class StepAlreadyBegun(PathRefused):
    """A step runs once at a time."""

    code = "step-already-begun"
    advice = "The step has begun and is not finished. Record that it is finished, then it can begin again."


class StepNotBegun(PathRefused):
    """What has not begun has no days to be measured by."""

    code = "step-not-begun"
    advice = "The step has not begun. Record first on which day it began."


class StepBackwards(PathRefused):
    """Steps have their days in order: otherwise nobody could tell how long they took."""

    code = "step-backwards"
    advice = "The day lies before the one on which what it follows began. Check the day."


class NotLeaving(PathRefused):
    """Only who leaves goes somewhere."""

    code = "not-leaving"
    advice = "A destination is recorded with somebody who leaves. Leave it out."


class Destination(StrEnum):
    """Where somebody goes who leaves (LTC: a job, a course). To say it is theirs."""

    JOB = "job"
    COURSE = "course"
    OTHER_VOLUNTEERING = "other-volunteering"
    HEALTH = "health"
    MOVED = "moved"
    NOT_SAID = "not-said"


class Kind(StrEnum):
    """A state that a supporter reached, or a step that a programme asks for before they may start."""

    STATE = "state"
    STEP = "step"


KNOWN_STEPS: Final = (
    "selection",
    "training",
    "checks",
    "occupational-health",
    "human-resources",
    "professional-advisory-committee",
    "acceptance-by-ward",
)
"""The steps that the sources name (HH, *bureaucracy*). A programme's definition may name others."""

_ON_THE_WAY: Final = (
    SupporterState.APPLICATION,
    SupporterState.SELECTION,
    SupporterState.TRAINING,
    SupporterState.CHECKS,
    SupporterState.READY,
)
_BEGINS: Final = frozenset({SupporterState.READY, SupporterState.ACTIVE})


@dataclass(frozen=True, slots=True)
class Step:
    """How long a supporter was in a state, or on a step. Days are days in Europe/London; nobody is named.

    ``finished_on`` is None while it lasts. A step that was ``given_up`` was not finished: its supporter left.
    """

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    kind: Kind
    step: str
    begun_on: date
    finished_on: date | None = None
    given_up: bool = False
    destination: Destination | None = None

    @property
    def lasts(self) -> bool:
        """Whether it goes on."""
        return self.finished_on is None


@dataclass(frozen=True, slots=True)
class Path:
    """Where a supporter is, all that was recorded in its order, and the steps that their programmes ask for.

    Steps are the supporter's, not a programme's: one that is finished counts for every programme of theirs. Who left
    and came back begins anew, so what was finished before their last application does not count [K].
    """

    supporter_id: UUID
    organisation_id: UUID
    state: SupporterState
    steps: tuple[Step, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def current(self) -> Step | None:
        """The state that lasts; None of a supporter from before states had their days."""
        return next((one for one in self.steps if one.kind is Kind.STATE and one.lasts), None)

    @property
    def since_application(self) -> tuple[Step, ...]:
        """What was recorded since they last applied."""
        applied = [at for at, one in enumerate(self.steps) if _is(one, Kind.STATE, SupporterState.APPLICATION)]
        return self.steps[applied[-1] + 1 :] if applied else self.steps

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The steps that their programmes ask for and that are not finished."""
        done = {
            one.step for one in self.since_application if one.kind is Kind.STEP and not one.lasts and not one.given_up
        }
        return tuple(step for step in dict.fromkeys(self.asked) if step not in done)


def possible(state: SupporterState) -> tuple[SupporterState, ...]:
    """Where a supporter can go from here.

    On the way to ``active`` to any other state of the way, before or behind: programmes order them differently and
    leave some out, and somebody may be sent back. Who is active may rest, who rests come back. Everybody may leave, and
    who left comes back as an application.
    """
    match state:
        case SupporterState.ACTIVE:
            return (SupporterState.RESTING, SupporterState.LEFT)
        case SupporterState.RESTING:
            return (SupporterState.ACTIVE, SupporterState.LEFT)
        case SupporterState.LEFT:
            return (SupporterState.APPLICATION,)
        case _:
            others = tuple(one for one in _ON_THE_WAY[1:] if one is not state)
            return (*others, SupporterState.ACTIVE, SupporterState.LEFT)


def move(
    path: Path,
    to: SupporterState,
    *,
    on: date,
    today: date,
    step_id: UUID,
    destination: Destination | None = None,
) -> tuple[Step, ...]:
    """The steps that a move to another state changes: what ends on that day, and the state that begins.

    Nobody is ready or begins while a step that a programme of theirs asks for is unfinished; who rested has begun
    before, and only comes back. To reach the state where somebody is on an earlier day corrects the day: what is
    recorded late was not late. Raises ``SupporterMoveRefused``, ``StepsUnfinished``, ``NotLeaving``, ``InTheFuture``
    and ``StepBackwards``.
    """
    if to is path.state and path.current is not None and on < path.current.begun_on:
        return _corrected(path, path.current, on)
    if to not in possible(path.state):
        there = ", ".join(possible(path.state))
        raise SupporterMoveRefused(f"The supporter is at {path.state}. From there they can go to: {there}.")
    if to in _BEGINS and path.state is not SupporterState.RESTING and path.unfinished:
        raise StepsUnfinished(f"Not finished yet: {', '.join(path.unfinished)}. Record each as finished first.")
    return moved(path, to, on=on, today=today, step_id=step_id, destination=destination)


def moved(
    path: Path,
    to: SupporterState,
    *,
    on: date,
    today: date,
    step_id: UUID,
    destination: Destination | None = None,
) -> tuple[Step, ...]:
    """As ``move``, with no question asked about the way: for what another system of the organisation has decided."""
    if destination is not None and to is not SupporterState.LEFT:
        raise NotLeaving
    last = max((one.begun_on for one in path.steps if one.kind is Kind.STATE), default=on)
    _check_day(on, last, today)
    ends = [replace(path.current, finished_on=on)] if path.current else []
    if to is SupporterState.LEFT:
        steps = [one for one in path.steps if one.kind is Kind.STEP and one.lasts]
        ends += [replace(one, finished_on=max(on, one.begun_on), given_up=True) for one in steps]
    state = Step(step_id, path.supporter_id, path.organisation_id, Kind.STATE, to, on, destination=destination)
    return (*ends, state)


def _corrected(path: Path, current: Step, on: date) -> tuple[Step, ...]:
    before = [one for one in path.steps if one.kind is Kind.STATE and one.id != current.id][-1:]
    for one in before:
        _check_day(on, one.begun_on, current.begun_on)
    return (*(replace(one, finished_on=on) for one in before), replace(current, begun_on=on))


def begin(path: Path, step: str, *, on: date, today: date, step_id: UUID) -> Step:
    """A step begins on that day, for the first time or again.

    Raises ``StepNotKnown`` for one that neither the sources nor a programme of theirs name, ``StepAlreadyBegun``,
    ``InTheFuture``, and ``SupporterMoveRefused`` for somebody who has left.
    """
    known = tuple(dict.fromkeys((*KNOWN_STEPS, *path.asked)))
    if step not in known:
        raise StepNotKnown(f"There is no such step. There are: {', '.join(known)}.")
    if path.state is SupporterState.LEFT:
        raise SupporterMoveRefused("The supporter has left. They can come back as an application.")
    if any(_is(one, Kind.STEP, step) and one.lasts for one in path.steps):
        raise StepAlreadyBegun
    _check_day(on, on, today)
    return Step(step_id, path.supporter_id, path.organisation_id, Kind.STEP, step, on)


def finish(path: Path, step: str, *, on: date, today: date) -> Step:
    """The step is finished on that day. Raises ``StepNotBegun``, ``InTheFuture`` and ``StepBackwards``."""
    running = next((one for one in path.steps if _is(one, Kind.STEP, step) and one.lasts), None)
    if running is None:
        raise StepNotBegun
    _check_day(on, running.begun_on, today)
    return replace(running, finished_on=on)


def after(path: Path, changes: Iterable[Step]) -> Path:
    """The path once these steps are kept, changed ones in their place."""
    steps = {one.id: one for one in path.steps}
    state = path.state
    for one in changes:
        steps[one.id] = one
        if one.kind is Kind.STATE and one.lasts:
            state = SupporterState(one.step)
    return replace(path, steps=tuple(steps.values()), state=state)


def _is(one: Step, kind: Kind, step: str) -> bool:
    return one.kind is kind and one.step == step


def _check_day(on: date, earliest: date, today: date) -> None:
    if on > today:
        raise InTheFuture
    if on < earliest:
        raise StepBackwards
