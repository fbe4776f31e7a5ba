"""What a programme asks about how people are, when, and what of it is claimed from a payer."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kith_contracts.fact import Code
from kith_contracts.programmes.words import Codes, Contradiction, Part, Percent, Weeks


class Whose(StrEnum):
    """Whose answers they are. The sources ask for both sides (RE, HH)."""

    PERSON = "person"
    SUPPORTER = "supporter"
    CARER = "carer"
    HOUSEHOLD = "household"


class Moment(StrEnum):
    """When somebody is asked."""

    BASELINE = "baseline"
    """Before the second session."""
    REVIEW = "review"
    ENDING = "ending"


class Measure(Part):
    """An instrument, and when it is asked."""

    instrument: Code
    of: Whose = Whose.PERSON
    at: Annotated[tuple[Moment, ...], Field(min_length=1)]
    weeks_after_ending: Weeks | None = None
    """Asked once more, so long after the ending."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A measure that is asked only once: it would show no change."""
        if len(set(self.at)) + (self.weeks_after_ending is not None) < 2:  # noqa: PLR2004 -- before and after
            yield Contradiction(
                "asked-once", "at", f"{self.instrument} is asked only once, so it shows no change: add another moment."
            )


class Results(Part):
    """Results for which a payer pays (RE, *Troubled families agenda*). Support never depends on claiming."""

    payer_percent: Percent
    """The payer's share; the claimant bears the rest."""
    sustained_weeks: Weeks
    """How long a result holds before it may be claimed."""
    claims: Annotated[Codes, Field(min_length=1)]
    """What may be claimed, once each: ``school-attendance``, ``continuous-work``."""
    proposed: Annotated[int, Field(ge=1)] | None = None
    """How many households the payer hopes for in all: what those identified, worked with and claimed are shown against
    (RE: 120,000)."""


class Evaluation(Part):
    """The programme's evaluation plan: effectiveness, reach, impact (LTC, *Evaluation and monitoring*)."""

    measures: Annotated[tuple[Measure, ...], Field(max_length=20)] = ()
    outcomes: dict[Whose, Codes] = Field(default_factory=dict)
    """What it hopes for, and for whom, in codes that reports count. Supporters gain too (RE, *Benefits to the peer
    support provider*), and so do carers and families."""
    reach_a_year: Annotated[int, Field(ge=1)] | None = None
    """How many people, or families, it means to reach in a year (RE, *Home Start*: over 32,000)."""
    hours: bool = False
    """Whether the hours of both sides are counted (RE, *expensive resource*)."""
    results: Results | None = None
