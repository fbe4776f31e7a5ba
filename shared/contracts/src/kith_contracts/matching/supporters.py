"""What matching tells of supporters: who they are as others may know them, their support, their quality."""

from datetime import date
from uuid import UUID

from kith_contracts.fact import Code, Count, Percentage, Story
from kith_contracts.matching.topic import MatchingFact


class SupporterChanged(MatchingFact):
    """A supporter as others may know them now. Full state: the latest replaces all before it."""

    supporter_id: UUID
    """A random pseudonym (UUIDv4): it says neither who the supporter is nor when they came."""
    organisation_id: UUID
    """The organisation the supporter belongs to."""
    programme_ids: tuple[UUID, ...]
    """The programmes they support in."""
    state: Code
    """``application``, ``selection``, ``training``, ``checks``, ``ready``, ``active``, ``resting``, ``left``; once
    ``paused`` for ``resting``."""
    capacity: Count
    """How many people at once the supporter chose."""

    @property
    def story(self) -> Story:
        """The supporter."""
        return Story("supporter", self.supporter_id)


class SupervisionLogged(MatchingFact):
    """A supporter was supervised. What was said is no part of it.

    Those who were supervised together have a fact each.
    """

    supervision_id: UUID
    supporter_id: UUID
    organisation_id: UUID
    """The organisation the supporter belongs to."""
    kind: Code
    """``one-to-one``, ``group``."""
    held_on: date
    """The day of it (Europe/London)."""
    minutes: Count
    """How long it took."""

    @property
    def story(self) -> Story:
        """The supporter."""
        return Story("supporter", self.supporter_id)


class ProgrammeQualityCounted(MatchingFact):
    """What can be said now of a programme's supporters taken together. Full state: the latest replaces all before it.

    Told only when it changes, and never with the counts behind it.
    """

    programme_id: UUID
    organisation_id: UUID
    checks_current: Percentage | None = None
    """The share of its active supporters whose checks are valid; null for fewer than 25, or where it asks for none."""
    supervision_on_time: Percentage | None = None
    """The share of them who are supervised in the programme's rhythm; null for fewer than 25, or where it has none."""
    training_held: Percentage | None = None
    """The share of them who hold every training that it asks for, in date; null for fewer than 25, or where it asks for
    none."""

    @property
    def story(self) -> Story:
        """The programme."""
        return Story("programme", self.programme_id)
