"""What a programme's definition asks of its coordinators, as far as the demonstration does it."""

from dataclasses import dataclass
from typing import Final

from kith_cli.demonstrating.plans import LISTENING_MODEL
from kith_contracts.programmes import Definition
from kith_contracts.programmes.matching import KnowingEachOther

USUAL_MINUTES: Final = 45
"""How long somebody listens, where the definition does not say."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the definition in force (``version``) asks of coordinators; nothing, where there is none.

    ``asks_each``: everybody is asked, without a name, whether it may be somebody they know. ``gets_to_know``: whoever
    proposes knows both a little. ``listens``: there are listening slots, of so many ``minutes``.
    """

    version: int = 0
    matches: bool = False
    asks_each: bool = False
    gets_to_know: bool = False
    shortlist: int = 0
    answer_hours: int = 0
    review_weeks: int | None = None
    listens: bool = False
    minutes: int = 0


NO_POLICY: Final = Policy()


def policy_of(said: Definition, version: int) -> Policy:
    """The policy of a version of a definition."""
    matching = said.matching
    return Policy(
        version=version,
        matches=matching is not None,
        asks_each=matching is not None and matching.knowing_each_other is KnowingEachOther.ASK_EACH,
        gets_to_know=matching is not None and matching.getting_to_know,
        shortlist=matching.offers.shortlist if matching else 0,
        answer_hours=matching.offers.answer_hours if matching else 0,
        review_weeks=said.support.length.review_weeks,
        listens=LISTENING_MODEL in said.models,
        minutes=said.support.sessions.minutes or USUAL_MINUTES,
    )
