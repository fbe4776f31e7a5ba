"""Who goes first where places are scarce: named points beside the fit, which the programme's policy sets.

A list that looks at fit alone uses up its few supporters with a second language on people who could have had anyone,
and lets people wait to the end of their days: measured over two simulated years, ``docs/rounds.md``.
"""

from datetime import date
from math import isqrt
from typing import Final

from kith_matching.domain.referral import Referral
from kith_matching.domain.score import Part
from kith_matching.domain.terms import Priority

PLACE: Final = 10_000
"""What it is worth that somebody is matched at all: more than fit and standing together in all but extreme policies."""
LONGEST: Final = 365
"""Days of waiting that count. Whoever waits longer needs a human, and no more points."""


def standing(referral: Referral, priority: Priority, *, candidates: int, today: date) -> tuple[Part, ...]:
    """What puts this person before others on ``today`` (Europe/London): always the same three parts in this order.

    ``candidates`` is how many supporters no rule stops. Scarcity is divided by its square root, rounded down: with one
    it is all of it, with a hundred a tenth. With none there is nobody to go before.
    """
    days = min(max(0, (today - referral.received_on).days), LONGEST)
    rare = isqrt(priority.scarcity**2 // candidates) if candidates else 0
    return (
        Part("waiting", priority.ageing_per_day * days, priority.ageing_per_day * LONGEST, f"{days} days"),
        Part("scarcity", rare, priority.scarcity, f"{candidates} could"),
        Part("urgency", priority.urgent if referral.urgent else 0, priority.urgent, _urgent(referral)),
    )


def _urgent(referral: Referral) -> str:
    return "the referrer asked for it to be looked at first" if referral.urgent else "not asked for"
