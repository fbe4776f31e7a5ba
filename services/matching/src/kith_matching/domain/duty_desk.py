"""Who answers concerns in an area, in which time, and who is told when they do not.

Timing is local: one area acts the same working day, another within 24 hours (Care Act 2014 s42; Scotland's ASP Act 2007
sets no clock). So each area has a desk, with the usual clocks unless it says otherwise [K].
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
    """The desk of one area of an organisation: outward postcode halves, or none for everywhere else.

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
    version: int = 1

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
    advice = "Another duty desk answers for one of these districts already, or for everywhere else. Change that one."


class ClosesBeforeItOpens(MatchingRefused):
    """Nobody could decide within hours that there are not."""

    code = "closes-before-it-opens"
    advice = "The desk closes before it opens: say opens_at and closes_at of the same day, the first earlier."


def check_desk(desk: DutyDesk, others: Iterable[DutyDesk]) -> None:
    """Refuse a desk without hours or for an area that has one. Raises ``ClosesBeforeItOpens`` and ``DistrictTaken``."""
    if desk.hours.opens_at >= desk.hours.closes_at:
        raise ClosesBeforeItOpens
    for other in others:
        if other.id != desk.id and _overlap(desk, other):
            raise DistrictTaken


def desk_for(district: str | None, desks: Iterable[DutyDesk]) -> DutyDesk | None:
    """The desk of the district; else the one for everywhere else, if there is one."""
    everywhere = None
    for desk in desks:
        if district in desk.districts:
            return desk
        if not desk.districts:
            everywhere = desk
    return everywhere


def _overlap(one: DutyDesk, other: DutyDesk) -> bool:
    return not set(one.districts).isdisjoint(other.districts) or (not one.districts and not other.districts)
