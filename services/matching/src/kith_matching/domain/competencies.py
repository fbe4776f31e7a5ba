"""What supporters do, what they are good at, and what they would like to learn. It helps them, and stops nobody.

LTC lists competencies that "would be optimum", and not ones that supporters must have. So no rule, score or round knows
this module, and an import contract in ``pyproject.toml`` keeps it so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture, MatchingRefused


class Role(StrEnum):
    """What a supporter is there as: nine of LTC (*Roles and functions*), three of MH, as definitions have them."""

    MENTORING = "one-to-one-mentoring"
    FACILITATING_GROUPS = "facilitating-groups"
    DELIVERING_COURSES = "delivering-courses"
    DEVELOPING_COURSES = "developing-courses"
    TRAINING_PROFESSIONALS = "training-professionals"
    BEFRIENDING = "befriending"
    LEADING_GROUPS = "leading-groups"
    CHAMPION = "champion"
    SIGNPOSTING = "signposting"
    LISTENING = "listening"
    TUTORING = "tutoring"
    MEDIATING = "mediating"


class Function(StrEnum):
    """What a supporter's support is for: the seven of LTC (*Roles and functions*)."""

    OUTLET = "safe-outlet"
    """A place where thoughts and feelings can safely be shared."""
    LONELINESS = "less-loneliness"
    """Less loneliness and isolation."""
    MOTIVATION = "motivation-for-own-aims"
    """Encouragement with aims of one's own in managing a condition."""
    BEYOND_PROFESSIONALS = "beyond-professionals"
    """A kind of support that professionals cannot give."""
    ACCEPTANCE = "accepting-a-condition"
    """Coming to accept a condition."""
    INSPIRATION = "inspiration"
    MENTAL_HEALTH = "mental-wellbeing"
    """Mental ill health prevented, mental wellbeing encouraged."""


class Competency(StrEnum):
    """What it would be best to be able to do: the ten of LTC (*What competencies do peer supporters need?*)."""

    SELF_MANAGEMENT = "managing-own-condition"
    """Managing a condition of their own."""
    WELLBEING = "staying-emotionally-well"
    """Ways to stay emotionally well, shown so that others can take them up."""
    COMMUNICATION = "communication"
    """Using one's own experience to good effect, and encouraging others to share theirs."""
    ROLE_MODELLING = "role-modelling"
    """Showing by one's own example what has worked."""
    EMPATHY = "empathy"
    """Feeling with somebody, and showing it."""
    BOUNDARIES = "relationships-and-boundaries"
    """Keeping a relationship within bounds."""
    MOTIVATION = "motivating"
    NEEDS_AND_GOALS = "needs-and-goals"
    """Seeing what is needed, setting goals, and knowing when peer support is not right."""
    CARE_SYSTEM = "knowing-the-care-system"
    MATCHING = "peer-matching"
    """Who would suit whom."""


class Level(IntEnum):
    """How far somebody has come, in four steps [K]: LTC gives none."""

    NOT_YET = 0
    BEGINNING = 1
    ABLE = 2
    SHOWS_OTHERS = 3


class Assessor(StrEnum):
    """Whose view it is."""

    SUPPORTER = "supporter"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the supporter, or their coordinator, thought on a day (Europe/London) of some or all of the ten."""

    id: UUID
    supporter_id: UUID
    organisation_id: UUID
    assessed_by: Assessor
    assessed_on: date
    levels: Mapping[Competency, Level] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Development:
    """What a supporter does and means to become better at, and the day (Europe/London) on which that is looked at."""

    supporter_id: UUID
    organisation_id: UUID
    roles: tuple[Role, ...] = ()
    functions: tuple[Function, ...] = ()
    aims: tuple[Competency, ...] = ()
    review_on: date | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """The latest that one side thought of one competency, and when."""

    level: Level
    on: date


def check_held(assessment: Assessment, *, today: date) -> None:
    """Refuse an assessment that is still to come. Raises ``InTheFuture``."""
    if assessment.assessed_on > today:
        raise InTheFuture


def check_plan(asked: Development, *, today: date) -> None:
    """Refuse aims that nobody would look at again, or looked at in the past. Raises ``ReviewNeeded``."""
    if asked.aims and (asked.review_on is None or asked.review_on < today):
        raise ReviewNeeded


def latest(assessments: Iterable[Assessment]) -> dict[Competency, dict[Assessor, View]]:
    """What each side thinks of each competency now. Of two on one day, the one that was recorded later counts."""
    found: dict[Competency, dict[Assessor, View]] = {competency: {} for competency in Competency}
    for one in sorted(assessments, key=lambda one: (one.assessed_on, one.id)):
        for competency, level in one.levels.items():
            found[competency][one.assessed_by] = View(level, one.assessed_on)
    return found


class ReviewNeeded(MatchingRefused):
    """A plan is looked at again on a day that is still to come."""

    code = "review-needed"
    advice = "The plan has aims: say on which day, today or later, you two look at them again (review_on)."
