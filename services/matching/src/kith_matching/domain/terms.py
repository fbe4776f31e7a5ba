"""What a version of a definition holds its programme to: how it matches, what supporters need, how long it lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """A hard rule that a programme adds to those that hold everywhere."""

    SAME_CONDITION = "same-condition"
    SHARED_EXPERIENCE = "shared-experience"
    TRAINED_FOR_LOW_MOOD = "trained-for-low-mood"
    SAME_AGE_OR_OLDER = "same-age-or-older"
    SAME_SETTING = "same-setting"
    CLOSE_TO_NEITHER = "close-to-neither"
    BOTH_AGREE = "both-agree"


class Acquaintance(StrEnum):
    """What a programme does where the two may know each other already."""

    REFUSE = "refuse"
    ASK_EACH = "ask-each"
    EXPECTED = "expected"


class Audience(StrEnum):
    """Who may see an item of a supporter's lived experience. Only the supporter sets it (LTC, *Confidentiality*)."""

    MATCHING_ONLY = "matching-only"
    COORDINATOR = "coordinator"
    AFTER_MATCH = "after-match"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class TrainingAsked:
    """A training of a programme's supporters. None of ``valid_months`` does not run out."""

    code: str
    valid_months: int | None = None


@dataclass(frozen=True, slots=True)
class CheckAsked:
    """The criminal-record check that supporters in a nation have, looked at again every ``look_again_months``."""

    nation: str
    body: str
    level: str
    look_again_months: int


@dataclass(frozen=True, slots=True)
class MeasureAsked:
    """An instrument of the programme's plan, of whom, at which moments, and so long after the ending once more."""

    instrument: str
    of: str
    at: tuple[str, ...]
    weeks_after_ending: int | None = None


@dataclass(frozen=True, slots=True)
class Priority:
    """A programme's points for waiting (each day), for having few who could (shared out), and for being urgent."""

    ageing_per_day: int = 10
    scarcity: int = 3000
    urgent: int = 2000


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme's terms. What it does not say is as in a programme that was published without a definition.

    ``version`` is that of its definition, 0 without one. ``priority`` says who goes first where places are scarce.
    ``open_offers`` caps the offers that a supporter holds at once, ``places`` those in a group or course; None is no
    limit. ``comes_as`` is who comes: ``alone``, ``pair``, ``household``. ``slot_times`` are how somebody comes to a
    listener: ``booked``, ``open``. Without ``round_every_days`` a round is held when somebody asks for one. Without one
    of ``training`` a supporter is matched with nobody.
    ``one_to_one_minutes`` is the most that somebody is seen alone, ``one_to_one_limit`` whether in ``each`` session or
    ``in-all``. ``missed_after_days`` are the days without a session after which a coordinator is told; None sets none.
    ``at_home`` says that a supporter visits people's homes: then each visit has a plan, a check-in and a check-out.
    ``measures`` are what it asks people and supporters about how they are. ``sites`` are where it is offered, as codes.
    ``formality`` is how much it asks of those who come: ``informal``, ``organised``, ``formal``; None where it was told
    to an older release.
    """

    version: int = 0
    models: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    related_percent: int = 50
    knowing_each_other: str = Acquaintance.EXPECTED
    getting_to_know: bool = False
    different_peers: bool = False
    priority: Priority = Priority()
    shortlist: int = 3
    answer_hours: int = 48
    open_offers: int | None = None
    round_every_days: int | None = None
    training: tuple[TrainingAsked, ...] = ()
    optional_training: tuple[TrainingAsked, ...] = ()
    low_mood_training: tuple[str, ...] = ()
    checks: tuple[CheckAsked, ...] = ()
    steps: tuple[str, ...] = ()
    supporter_minimum_age: int = 18
    supervision_weeks: int | None = None
    disclosure: str = Audience.COORDINATOR
    length_weeks: int | None = None
    review_weeks: int | None = 6
    extensions: int = 1
    places: int | None = None
    waiting_list: bool = False
    comes_as: tuple[str, ...] = ()
    slot_times: tuple[str, ...] = ()
    one_to_one_minutes: int | None = None
    one_to_one_limit: str | None = None
    missed_after_days: int | None = None
    at_home: bool = False
    measures: tuple[MeasureAsked, ...] = ()
    sites: tuple[str, ...] = ()
    formality: str | None = None


UNDEFINED: Final = Terms()
"""Those of a programme that was published without a definition."""
