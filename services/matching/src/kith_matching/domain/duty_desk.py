"""Who answers concerns in an area, in which time, and who is told when they do not.

Timing is local: one area acts the same working day, another within 24 hours (Care Act 2014 s42; Scotland's ASP Act 2007
sets no clock). So each area has a desk, with the usual clocks unless it says otherwise [K].
A programme may have a desk of its own too: a risk item is for the duty worker of the programme that asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import MatchingRefused, NotFound
from kith_matching.domain.working_time import USUAL, Hours

TO_ACKNOWLEDGE: Final = timedelta(hours=1)
"""Until when somebody says that they see to a concern, at any hour [K]."""
TO_DECIDE: Final = timedelta(hours=4)
"""Until when somebody decides, in working hours [K]."""
TO_BE_ANSWERED: Final = 3
"""After how many working days somebody asks again where a concern was shared and nothing came back [K]."""


class Level(StrEnum):
    """Who is told, one after the other."""

    LEAD = "lead"
    DEPUTY = "deputy"
    TRUSTEE = "trustee"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A role's address, which somebody always reads; not a person's own."""

    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """Whom to call in a crisis, as the public knows it."""

    name: str
    telephone: str


@dataclass(frozen=True, slots=True)
class DutyDesk:
    """The desk of one area of an organisation, or of one of its programmes there.

    ``districts`` are outward postcode halves, or none for everywhere else; without a ``programme_id`` it is for all.
    ``hours`` say when the time to decide runs. A deputy or trustee who is not named is whoever comes before them.
    """

    id: UUID
    organisation_id: UUID
    districts: tuple[str, ...]
    mailboxes: Mapping[Level, Mailbox] = field(repr=False)
    hours: Hours = USUAL
    acknowledge_within: timedelta = TO_ACKNOWLEDGE
    decide_within: timedelta = TO_DECIDE
    chase_after_days: int = TO_BE_ANSWERED
    crisis_lines: tuple[CrisisLine, ...] = ()
    programme_id: UUID | None = None
    version: int = 1

    @property
    def is_for_everything_else(self) -> bool:
        """Whether it answers whatever no other desk does."""
        return not self.districts and self.programme_id is None

    def mailbox(self, level: Level) -> Mailbox:
        """Where that level reads; the one before it where there is none. There is always a lead."""
        levels = tuple(Level)
        upwards = reversed(levels[: levels.index(level) + 1])
        return next(self.mailboxes[one] for one in upwards if one in self.mailboxes)


class DeskNotFound(NotFound):
    """No duty desk of this organisation has the id."""

    code = "duty-desk-not-found"
    advice = "No duty desk of your organisation has this id."


class DistrictTaken(MatchingRefused):
    """One area has one desk, and one desk answers for everywhere else: otherwise nobody knew whose duty it is."""

    code = "district-taken"
    advice = (
        "Another duty desk, of the same programme or like this one of none, answers for one of these districts, or for "
        "everywhere else, already. Change that one."
    )


class EverythingElseUnanswered(MatchingRefused):
    """A concern about a supporter, or about nothing in particular, has no area: some desk must answer that too."""

    code = "everything-else-unanswered"
    advice = (
        "No duty desk would answer for everywhere else and every other programme. First set up one with neither "
        "districts nor a programme; its mailboxes may be those of another desk."
    )


class ClosesBeforeItOpens(MatchingRefused):
    """Nobody could decide within hours that there are not."""

    code = "closes-before-it-opens"
    advice = "The desk closes before it opens: say opens_at and closes_at of the same day, the first earlier."


def check_desk(desk: DutyDesk, others: Iterable[DutyDesk]) -> None:
    """Refuse a desk without hours, for an area that has one, or while no desk answers for everything else.

    An area's desk from before there had to be one for everything else may be changed as it is: its mailboxes must be
    right above all. ``others`` may have the desk itself, as it was. Raises ``ClosesBeforeItOpens``, ``DistrictTaken``
    and ``EverythingElseUnanswered``.
    """
    if desk.hours.opens_at >= desk.hours.closes_at:
        raise ClosesBeforeItOpens
    before = None
    elsewhere = desk.is_for_everything_else
    for other in others:
        if other.id == desk.id:
            before = other
            continue
        if _overlap(desk, other):
            raise DistrictTaken
        elsewhere = elsewhere or other.is_for_everything_else
    if not elsewhere and (before is None or before.is_for_everything_else):
        raise EverythingElseUnanswered


def desk_for(programme_id: UUID | None, district: str | None, desks: Iterable[DutyDesk]) -> DutyDesk | None:
    """The desk that answers; None only where the organisation has no desk at all.

    The nearest is the programme's in the district, then the programme's, the district's, the one for everything else.
    Where there is none of these, another answers: one of the same programme, else one of no programme, else any, the
    first by its id. All of an organisation's leads may answer every concern of it, and behind each desk stand mailboxes
    that somebody reads; behind its address for notices may be nobody.
    """
    return min(desks, key=lambda desk: (_distance(desk, programme_id, district), desk.id), default=None)


def _distance(desk: DutyDesk, programme_id: UUID | None, district: str | None) -> int:
    own = desk.programme_id is not None and desk.programme_id == programme_id
    asked = own or desk.programme_id is None
    if asked and district in desk.districts:
        return 0 if own else 2
    if asked and not desk.districts:
        return 1 if own else 3
    return 4 if own else 5 if asked else 6


def _overlap(one: DutyDesk, other: DutyDesk) -> bool:
    if one.programme_id != other.programme_id:
        return False
    return not set(one.districts).isdisjoint(other.districts) or (not one.districts and not other.districts)
