"""How long one person has a worker to themself, where a programme sets a limit (HH, *Reading Resource*: 15 minutes).

The limit keeps a worker from being drawn into what a group is for. What took place took place: a session that took
longer is logged by saying so, and stands in every list as one that did.
"""

from typing import Final

from kith_matching.domain.occasion import Occasion
from kith_matching.domain.refusals import OccasionRefused
from kith_matching.domain.terms import Terms

IN_ALL: Final = "in-all"
"""The limit is for all that a worker has alone with people on one day together; else it is for each of them."""


class LongerThanAllowed(OccasionRefused):
    """The programme sets how long somebody is seen alone."""

    code = "longer-than-allowed"
    advice = (
        "The programme's definition allows fewer minutes with one person alone. Check the minutes; if it took longer, "
        "send over_limit: true, and it is logged as one that did."
    )


def asks_for_the_day(terms: Terms) -> bool:
    """Whether the limit is one of a whole day, so that the others of that day have to be known."""
    return terms.one_to_one_minutes is not None and terms.one_to_one_limit == IN_ALL


def check_length(occasion: Occasion, terms: Terms, others: int) -> None:
    """Refuse what is longer than allowed and does not say so. ``others`` are minutes of the worker's other sessions.

    Raises ``LongerThanAllowed``.
    """
    if terms.one_to_one_minutes is None or occasion.over_limit:
        return
    if occasion.minutes + (others if asks_for_the_day(terms) else 0) > terms.one_to_one_minutes:
        raise LongerThanAllowed
