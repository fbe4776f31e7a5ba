"""How long one person has a worker to themself, where a programme sets a limit (HH, *Reading Resource*: 15 minutes).

The limit keeps a worker from being drawn into what a group is for. What took place took place: a session that took
longer is logged by saying so, and stands in every list as one that did.
"""

from dataclasses import dataclass
from typing import Final

from kith_matching.domain.occasion import Occasion
from kith_matching.domain.refusals import OccasionRefused

IN_ALL: Final = "in-all"


@dataclass(frozen=True, slots=True)
class AloneLimit:
    """The most minutes that a programme's terms allow alone, None where they set no limit.

    ``counts`` is ``IN_ALL`` for all that a worker has alone with people on one day together, else it is for each.
    ``at_home`` says that its sessions are visits to people's homes, so that each has a plan.
    """

    minutes: int | None = None
    counts: str | None = None
    at_home: bool = False

    @property
    def of_the_day(self) -> bool:
        """Whether the limit is one of a whole day, so that the others of that day have to be known."""
        return self.minutes is not None and self.counts == IN_ALL


class LongerThanAllowed(OccasionRefused):
    """The programme sets how long somebody is seen alone."""

    code = "longer-than-allowed"
    advice = (
        "The programme's definition allows fewer minutes with one person alone. Check the minutes; if it took longer, "
        "send over_limit: true, and it is logged as one that did."
    )


def check_length(occasion: Occasion, limit: AloneLimit, others: int) -> None:
    """Refuse what is longer than allowed and does not say so. ``others`` are minutes of the worker's other sessions.

    Raises ``LongerThanAllowed``.
    """
    if limit.minutes is None or occasion.over_limit:
        return
    if occasion.minutes + (others if limit.of_the_day else 0) > limit.minutes:
        raise LongerThanAllowed
