"""What is to become of each referral of the sample network: a story that shows every way a referral can go."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

GROUP_MODEL: Final = "group"
LISTENING_MODEL: Final = "listening-slots"
KNOWS: Final = "knows"
"""A no of somebody who may know whom they would meet, and would mind: asked without a name, and told to nobody."""


class Reach(IntEnum):
    """How far introducing somebody goes."""

    NOBODY = 0
    PROPOSED = 1
    PERSON_AGREED = 2
    MATCHED = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """One referral's way. Each part is done if it was not done before, so that a second run goes on from the first.

    ``decision`` is ``accept``, ``decline`` (for ``reason``) or None while nobody decides. ``noes`` are the sides that
    say no first (or ``KNOWS``), each to a supporter of its own. ``sessions`` happened, ``missed`` did not. ``meetings``
    are those of the group that the person attends, by their numbers. ``books`` is somebody who has a listening slot, or
    (``waits_for_slot``) waits for one that somebody has. Then comes an ``ending`` of the match; and at last ``closing``
    (a reason), ``withdrawn`` (before a decision where there is none), or ``unshared``: consent to share is taken back.
    ``silent`` is somebody who agrees to the referral, and not to being written to.
    """

    decision: str | None = "accept"
    reason: str | None = None
    silent: bool = False
    noes: tuple[str, ...] = ()
    reach: Reach = Reach.NOBODY
    sessions: int = 0
    missed: int = 0
    meetings: tuple[int, ...] = ()
    books: bool = False
    waits_for_slot: bool = False
    ending: str | None = None
    closing: str | None = None
    withdrawn: bool = False
    unshared: bool = False


def _matched(sessions: int, missed: int = 0, **more: Any) -> Plan:
    return Plan(reach=Reach.MATCHED, sessions=sessions, missed=missed, **more)


ONE_TO_ONE: Final = (
    _matched(2),
    _matched(3, missed=1),
    _matched(4, ending="planned", closing="support-ended"),
    Plan("decline", "out-of-area"),
    _matched(1, noes=("person",)),
    Plan(),
    _matched(2, silent=True),
    _matched(2, noes=("supporter",)),
    Plan(reach=Reach.PROPOSED),
    _matched(1, missed=1, ending="did-not-suit"),
    _matched(2, noes=(KNOWS,)),
    Plan(None, withdrawn=True),
    Plan(reach=Reach.PERSON_AGREED),
    _matched(1, withdrawn=True),
    _matched(3, ending="planned", closing="support-ended"),
    Plan(None),
    _matched(1, missed=1, noes=("person", "supporter")),
    _matched(1, unshared=True),
    _matched(0),
    _matched(2, ending="moved-on", closing="moved-away"),
    Plan("decline", "needs-another-service"),
)
"""What becomes of referrals to a programme where one supports one, in this order and then again from the first."""

GROUP: Final = (
    Plan(meetings=(0, 1, 2)),
    Plan(meetings=(0, 2)),
    Plan("decline", "not-suitable"),
    Plan(meetings=(1, 2), silent=True),
    Plan(meetings=(0, 1), closing="support-ended"),
    Plan(None),
    Plan(meetings=(1, 2)),
    Plan(withdrawn=True),
    Plan(),
    Plan(meetings=(2,)),
    Plan(meetings=(0, 1, 2), unshared=True),
)
"""What becomes of referrals to a programme where many meet."""

LISTENING: Final = (
    Plan(books=True),
    Plan(books=True, waits_for_slot=True),
    Plan("decline", "not-suitable"),
    Plan(books=True, silent=True),
    Plan(),
    Plan(None),
    Plan(books=True, closing="moved-away"),
    Plan(books=True),
)
"""What becomes of referrals to a programme where somebody listens, at a time of its own."""

MEETINGS: Final = 3
"""How often a group meets, a week apart; the last time today."""

CONTACTS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "one-to-one": (("outreach", 15), ("taster", 4)),
    LISTENING_MODEL: (("listening", 5), ("outreach", 20)),
    GROUP_MODEL: (("drop-in", 9), ("drop-in", 12), ("outreach", 30)),
}
"""Occasions with people who are not named, by a programme's model: the kind, and how many people."""


STORIES: Final[Mapping[str, tuple[Plan, ...]]] = {GROUP_MODEL: GROUP, LISTENING_MODEL: LISTENING}
"""The stories of a programme's model, where they are not those of one who supports one."""


def plans_for(referrals: Iterable[Mapping[str, Any]], models: Mapping[str, str]) -> dict[str, Plan]:
    """The plan of each referral by its id, in the order in which they come. ``models`` are the programmes' by id."""
    place: Counter[str] = Counter()
    plans = {}
    for referral in referrals:
        programme = referral["programme_id"]
        stories = STORIES.get(models.get(programme, ""), ONE_TO_ONE)
        plans[referral["id"]] = stories[place[programme] % len(stories)]
        place[programme] += 1
    return plans
