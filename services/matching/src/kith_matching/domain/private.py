"""What a supporter keeps to themself: it stops pairs, and nobody is shown that it did."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import ClassVar, Final
from uuid import UUID

from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import PairStopped


class NotOffered(PairStopped):
    """Something stops this pair that is for nobody to see, coordinators included.

    It is one refusal for all such reasons, so that it tells none of them (decision 0027). It comes last, is left out of
    what a ranking shows, and is raised only where somebody proposes such a pair without having been offered it.
    """

    code = "not-offered"
    hidden: ClassVar[bool] = True
    advice = "This supporter is not among the person's candidates. Choose one of those."


@dataclass(frozen=True, slots=True)
class Private:
    """What stops pairs in silence.

    ``avoids`` are codes that the supporter does not want to meet in a person's story, because hearing of them can
    "trigger memories" (HH). ``person_id`` is the supporter's own pseudonym where they are supported themself.
    """

    avoids: frozenset[str] = field(default=frozenset(), repr=False)
    person_id: UUID | None = field(default=None, repr=False)

    def stops(self, referral: Referral) -> bool:
        """Whether this person is the supporter themself, or brings what the supporter avoids."""
        return referral.person_id == self.person_id or not self.avoids.isdisjoint(brought(referral))


NOTHING: Final = Private()
"""Of a supporter who keeps nothing."""


def brought(referral: Referral) -> Iterator[str]:
    """Every code that the person's story brings: needs, conditions, and what they would like to share."""
    return chain(referral.needs, referral.conditions, *referral.connections.values())
