"""The days over which something is counted, both included (Europe/London)."""

from dataclasses import dataclass
from datetime import date

from kith_matching.domain.refusals import MatchingRefused


class PeriodReversed(MatchingRefused):
    """A period begins before it ends."""

    code = "period-reversed"
    advice = "The period ends before it begins. Say since which day, and until the same or a later one."


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` until ``until``. Raises ``PeriodReversed``."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Check that it ends on the day on which it begins, or later."""
        if self.until < self.since:
            raise PeriodReversed
