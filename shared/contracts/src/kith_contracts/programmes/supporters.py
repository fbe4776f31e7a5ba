"""What a programme asks of its supporters, and what it gives them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from kith_contracts.fact import Code, PublicName
from kith_contracts.programmes.words import Codes, Contradiction, Name, Nation, Part, Weeks, Years


class Role(StrEnum):
    """What peers do: the nine of LTC (*Roles and functions*), and three that MH names (*Types of Peer Support*)."""

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


class Pay(StrEnum):
    """Whether it is paid, about which the groups disagree (HH, *Professionalisation*)."""

    UNPAID = "unpaid"
    SESSIONAL = "sessional"
    EMPLOYED = "employed"


class Step(StrEnum):
    """A step before somebody may start, each with its date, so that delay can be measured (HH, *bureaucracy*)."""

    SELECTION = "selection"
    TRAINING = "training"
    CHECKS = "checks"
    OCCUPATIONAL_HEALTH = "occupational-health"
    HUMAN_RESOURCES = "human-resources"
    ADVISORY_COMMITTEE = "professional-advisory-committee"
    WARD = "acceptance-by-ward"


class Learner(StrEnum):
    """Who takes a training. LTC trains those around a programme too (*Training needs*)."""

    SUPPORTER = "supporter"
    COORDINATOR = "coordinator"
    STAFF = "staff"
    COMMISSIONER = "commissioner"


MENTAL_HEALTH: Final = "mental-health"
"""What a training covers that counts where low mood is recorded."""


class Training(Part):
    """A training that the programme's people have."""

    code: Code
    takers: Annotated[tuple[Learner, ...], Field(min_length=1)] = (Learner.SUPPORTER,)
    """Who takes it."""
    required: bool = True
    """Whether a supporter without it is matched with nobody."""
    covers: Codes = ()
    """What it teaches (MH, *Peer Listening*: ``active-listening``). One that covers
    ``mental-health`` counts for ``trained-for-low-mood``."""
    days: Annotated[float, Field(gt=0, le=400)] | None = None
    taught_weeks: Weeks | None = None
    """Weeks in which it is taught (HH: six of eight)."""
    placement_weeks: Weeks | None = None
    """Weeks on placement after those (HH: two)."""
    credits: Annotated[PublicName, Field(min_length=1, max_length=60)] | None = None
    """What it counts for elsewhere, for example ``NVQ Level 2``."""
    valid_months: Annotated[int, Field(ge=1, le=240)] | None = None
    """None: it does not run out."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A training that supporters must have and never take."""
        if self.required and Learner.SUPPORTER not in self.takers:
            yield Contradiction(
                "required-of-nobody",
                "required",
                f"Supporters do not take {self.code}, so none is kept back for want of it: say required: false.",
            )


class Body(StrEnum):
    """Who checks criminal records. It follows where suitability is decided, not where somebody lives."""

    DBS = "dbs"
    DISCLOSURE_SCOTLAND = "disclosure-scotland"
    ACCESS_NI = "access-ni"


class Level(StrEnum):
    """How deep a check goes. To ask for one that a role is not eligible for is an offence."""

    BASIC = "basic"
    STANDARD = "standard"
    ENHANCED = "enhanced"
    ENHANCED_BARRED = "enhanced-with-barred-list"
    LEVEL_1 = "level-1"
    LEVEL_2 = "level-2"
    PVG = "pvg"
    """Membership of the scheme for protecting vulnerable groups, which regulated roles in Scotland need."""


_USUAL: Final = frozenset({Level.BASIC, Level.STANDARD, Level.ENHANCED})
_LEVELS: Final = {
    Body.DBS: _USUAL | {Level.ENHANCED_BARRED},
    Body.DISCLOSURE_SCOTLAND: frozenset({Level.LEVEL_1, Level.LEVEL_2, Level.PVG}),
    Body.ACCESS_NI: _USUAL,
}
_BODY_IN: Final = {
    Nation.ENGLAND: Body.DBS,
    Nation.WALES: Body.DBS,
    Nation.SCOTLAND: Body.DISCLOSURE_SCOTLAND,
    Nation.NORTHERN_IRELAND: Body.ACCESS_NI,
}


class Check(Part):
    """Which check a nation's supporters have, and how often it is looked at again."""

    body: Body
    level: Level
    look_again_months: Annotated[int, Field(ge=1, le=120)] = 36
    """Months from one look at its status to the next. A custom: most checks have no expiry date."""


class Supervision(Part):
    """How often a supporter is supported."""

    every_weeks: Weeks
    in_groups: bool = False


class Supporters(Part):
    """Who gives the support."""

    called: Name
    """The programme's own name for a supporter: befriender, champion, listener, mentor."""
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    pay: Pay = Pay.UNPAID
    minimum_age: Years = 18
    steps: tuple[Step, ...] = ()
    training: Annotated[tuple[Training, ...], Field(max_length=20)] = ()
    checks: dict[Nation, Check] = Field(default_factory=dict)
    """By nation. A nation that is not named asks for none."""
    supervision: Supervision | None = None

    def contradictions(self) -> Iterator[Contradiction]:
        """A check by the body of another nation, or one that this body does not have."""
        for nation, check in self.checks.items():
            if check.body is not _BODY_IN[nation]:
                yield Contradiction(
                    "wrong-body",
                    f"checks.{nation}.body",
                    f"In {nation} checks are made by {_BODY_IN[nation]}, not by {check.body}: say {_BODY_IN[nation]}.",
                )
            elif check.level not in _LEVELS[check.body]:
                there = ", ".join(sorted(_LEVELS[check.body]))
                yield Contradiction(
                    "no-such-check",
                    f"checks.{nation}.level",
                    f"{check.body} makes no check at the level {check.level}: one of {there} may stand here.",
                )
