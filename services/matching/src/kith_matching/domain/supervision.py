"""The support that a supporter receives: each occasion, who gave it, and by when the next one is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture, MatchingRefused, NotFound


class SupervisionKind(StrEnum):
    """Whether a supporter had the supervisor to themself."""

    ONE_TO_ONE = "one-to-one"
    GROUP = "group"


class Prompt(StrEnum):
    """What a supervisor asks about (LTC, *Support and supervision*; the last two: LTC, *Clarifying boundaries*)."""

    CONDITION = "my-condition"
    """How they manage a condition of their own."""
    MOOD = "my-mood"
    """What giving support does to how they feel."""
    MEMORIES = "what-stirred-memories"
    """Something they heard took them back to a hard time of their own."""
    PRESSURE = "pressure-to-share-my-story"
    """Somebody asked for more of their story than they chose to tell."""
    BOUNDARIES = "boundaries"
    ENDINGS = "endings"


@dataclass(frozen=True, slots=True)
class Attendance:
    """A supporter at a meeting, what was talked about with them, and what the supervisor noted of it."""

    supporter_id: UUID
    prompts: tuple[Prompt, ...] = field(default=(), repr=False)
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Supervision:
    """One supporter's part in one meeting. ``held_on`` is a day in Europe/London.

    Those who were supervised together share a ``meeting_id``. ``supervisor`` is the subject of their token, ``subject``
    that of the supporter's when it was logged; None where they had none. ``prompts`` and ``note`` are between the two:
    nobody else is shown them, and no fact holds them [K]. ``closed``: what was said is not shown to who reads it now.
    """

    id: UUID
    meeting_id: UUID
    supporter_id: UUID
    organisation_id: UUID
    kind: SupervisionKind
    held_on: date
    minutes: int
    supervisor: str
    prompts: tuple[Prompt, ...] = field(default=(), repr=False)
    note: str | None = field(default=None, repr=False)
    subject: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What says when a supporter's next supervision is due. Days are in Europe/London.

    ``weeks`` is the shortest rhythm of their programmes; None where none sets one. ``active_since`` is the day on which
    they last became active, None while they are not: nobody owes a supervision to somebody who rests.
    """

    active_since: date | None = None
    last_on: date | None = None
    weeks: int | None = None

    @property
    def due_on(self) -> date | None:
        """The last day that is on time: that many weeks after the last one, or after they became active if later."""
        if self.weeks is None or self.active_since is None:
            return None
        return max(self.active_since, self.last_on or self.active_since) + timedelta(weeks=self.weeks)

    def is_overdue(self, today: date) -> bool:
        """Whether the last day that is on time has passed."""
        return self.due_on is not None and self.due_on < today


def log_supervision(
    kind: SupervisionKind,
    organisation_id: UUID,
    supporters: Sequence[tuple[UUID, Attendance]],
    *,
    held_on: date,
    minutes: int,
    supervisor: str,
    meeting_id: UUID,
    today: date,
    subjects: Mapping[UUID, str | None],
) -> list[Supervision]:
    """A record for each who was there, each with an id of its own. Raises ``InTheFuture`` and ``NamedTwice``.

    A group of which only one came was a group all the same. ``subjects`` are those of the supporters' tokens.
    """
    if held_on > today:
        raise InTheFuture
    if len({one.supporter_id for _, one in supporters}) != len(supporters):
        raise NamedTwice
    return [
        Supervision(
            id=record_id,
            meeting_id=meeting_id,
            supporter_id=one.supporter_id,
            organisation_id=organisation_id,
            kind=kind,
            held_on=held_on,
            minutes=minutes,
            supervisor=supervisor,
            prompts=one.prompts,
            note=one.note,
            subject=subjects.get(one.supporter_id),
        )
        for record_id, one in supporters
    ]


def as_read(supervision: Supervision, reader: str) -> Supervision:
    """The supervision as its supervisor reads it, or the supporter whom it is about, by their subject.

    It is closed to a supporter where they had no access of their own when it was logged, or another subject: it was
    noted for the supervisor alone then, and whoever writes a subject into the list reads nothing by that.
    """
    if reader in {supervision.supervisor, supervision.subject}:
        return supervision
    return replace(supervision, prompts=(), note=None, closed=True)


class NamedTwice(MatchingRefused):
    """Each supporter is at a meeting once, and has one record of it."""

    code = "named-twice"
    advice = "A supporter is named twice for the same meeting. Name each once."


class SupervisionNotFound(NotFound):
    """No supervision that the caller gave, or received, has the id. What others noted looks like what is not."""

    code = "supervision-not-found"
    advice = (
        "You have neither given nor received a supervision with this id. Only the supervisor who logged one reads it, "
        "and the supporter whom it is about."
    )
