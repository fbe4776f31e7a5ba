"""A supporter's record of experience, theirs to take away [S]: what they did and learnt, and nobody they did it for.

It holds no lived experience, no condition and no interest of theirs. Of the people they supported it says how many, and
of fewer than five not even that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kith_matching.domain.competencies import Function, Role

FEWEST: Final = 5
"""Of fewer people no number is said [K]."""

_FUNCTIONS: Final = {
    Function.OUTLET: "gave people a safe place for thoughts and feelings",
    Function.LONELINESS: "helped people out of loneliness",
    Function.MOTIVATION: "encouraged people with their own aims",
    Function.BEYOND_PROFESSIONALS: "gave a kind of support that professionals cannot",
    Function.ACCEPTANCE: "helped people to come to terms with a condition",
    Function.INSPIRATION: "inspired people",
    Function.MENTAL_HEALTH: "helped people to stay mentally well",
}


@dataclass(frozen=True, slots=True)
class TrainingHeld:
    """A training that a supporter finished, with what it counts for elsewhere, for example ``NVQ Level 2``.

    ``placement_weeks`` are those that were done, where it had any (HH).
    """

    name: str
    taken_on: date
    credits: str | None = None
    placement_weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Experience:
    """What a supporter did for one organisation. Days are in Europe/London; only sessions that happened are counted.

    ``organisation`` is None where its name is not known here. ``since`` and ``until`` are the first and the last day on
    which they gave a session or were supervised; None where nothing is logged.
    """

    name: str = field(repr=False)
    organisation: str | None
    programmes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    roles: tuple[Role, ...] = ()
    functions: tuple[Function, ...] = ()
    sessions: int = 0
    session_minutes: int = 0
    people: int = 0
    supervisions: int = 0
    supervision_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """The record in words, as it stood on a day: a title, whose it is, and lines of a label with what belongs to it."""

    title: str
    name: str = field(repr=False)
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    foot: str
    on: date


def write_record(done: Experience, trainings: Sequence[TrainingHeld], *, today: date) -> Record:
    """The record in words. What is not known, or is nothing, is left out."""
    lines = tuple((label, said) for label, said in _lines(done, trainings) if said)
    foot = f"Written on {_day(today)} from what was logged. It names nobody who was supported."
    return Record("Record of experience in peer support", done.name, lines, foot, today)


def _lines(done: Experience, trainings: Sequence[TrainingHeld]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "With", (done.organisation,) if done.organisation else ()
    yield "Programmes", done.programmes
    if done.since is not None and done.until is not None:
        yield "From and until", (f"{_day(done.since)} to {_day(done.until)}",)
    yield "As", tuple(role.replace("one-to-one", "one to one").replace("-", " ") for role in done.roles)
    yield "What I did", tuple(_FUNCTIONS[function] for function in done.functions)
    yield "Sessions given", _occasions(done.sessions, done.session_minutes)
    yield "People supported", (_people(done.people),) if done.people else ()
    yield "Training", tuple(_training(one) for one in trainings)
    yield "Supervision received", _occasions(done.supervisions, done.supervision_minutes)


def _occasions(count: int, minutes: int) -> tuple[str, ...]:
    hours, rest = divmod(minutes, 60)
    length = " ".join(part for part in (hours and f"{hours} h", rest and f"{rest} min") if part)
    return (f"{count}, {length} in all",) if count else ()


def _people(count: int) -> str:
    return "several" if count < FEWEST else str(count)


def _training(held: TrainingHeld) -> str:
    weeks = held.placement_weeks
    placement = f"{weeks} {'week' if weeks == 1 else 'weeks'} on placement" if weeks else None
    return ", ".join(part for part in (held.name, _day(held.taken_on), held.credits, placement) if part)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
