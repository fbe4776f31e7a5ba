"""The peer who gives support, and how many people they have a place for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.checks import Check
from kith_matching.domain.training import Training


class SupporterState(StrEnum):
    """Where a supporter is on their path, in this order (HH, LTC). Only who is ``active`` is asked.

    Who rests keeps the matches they have and visits nobody meanwhile, until a coordinator finds somebody else or they
    come back. A ``paused`` that an older release kept is read as ``resting``.
    """

    APPLICATION = "application"
    SELECTION = "selection"
    TRAINING = "training"
    CHECKS = "checks"
    READY = "ready"
    ACTIVE = "active"
    RESTING = "resting"
    LEFT = "left"

    @classmethod
    def _missing_(cls, value: object) -> "SupporterState | None":
        return cls.RESTING if value == "paused" else None


@dataclass(frozen=True, slots=True)
class Supporter:
    """One supporter of one organisation.

    ``name``, ``email`` and ``telephone`` leave this service only through the audited internal read. ``experience``
    holds the needs they have lived through themselves. ``languages`` begin with their first. ``meets`` names the
    requests they meet, for example ``women-only``, so that no characteristic of theirs is stored that nobody asks for.
    ``capacity`` is how many people at once they chose. ``connections`` are codes by what connects
    (``sharing.Connection``), ``age_band`` ten years of age. ``checks_valid_until`` is the last day on which some check
    is valid, for programmes whose definition names none; for the others there are ``checks``. These and ``trainings``
    are in the order in which they were recorded, and are only there where hard rules are asked.
    ``subject`` is the opaque one of their own tokens, where they have any: what is theirs alone they reach with it.
    """

    id: UUID
    organisation_id: UUID
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    telephone: str | None = field(repr=False)
    programme_ids: tuple[UUID, ...]
    state: SupporterState
    capacity: int
    experience: tuple[str, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    interests: tuple[str, ...] = field(repr=False)
    languages: tuple[str, ...] = field(repr=False)
    districts: tuple[str, ...] = field(repr=False)
    channels: tuple[str, ...]
    meets: tuple[str, ...] = field(repr=False)
    checks_valid_until: date | None
    version: int = 1
    connections: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    age_band: str = field(default="unknown", repr=False)
    checks: tuple[Check, ...] = field(default=(), repr=False)
    trainings: tuple[Training, ...] = field(default=(), repr=False)
    subject: str | None = None

    def looks_the_same_as(self, other: "Supporter") -> bool:
        """Whether other services, who know only what ``supporter-changed`` tells, would see no difference."""
        return (self.programme_ids, self.state, self.capacity) == (other.programme_ids, other.state, other.capacity)


@dataclass(frozen=True, slots=True)
class Load:
    """The places of a supporter that are taken: running matches, and open proposals, each of which holds one."""

    matches: int = 0
    proposals: int = 0

    @property
    def taken(self) -> int:
        """How many places are not free."""
        return self.matches + self.proposals
