"""What becomes of a person whose match ends: they move to a group, wait for somebody else, or go their own way.

Nobody loses a supporter for a place that they do not have. So a move is one deed: the match ends when the place is
theirs, and not before (domain words, *ending*; [K]).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from kith_matching.domain.match import Ended, Ending, Match, end_match
from kith_matching.domain.places import GroupFull, Place, PlaceState, Room, answer, join
from kith_matching.domain.proposal import Answer
from kith_matching.domain.referral import Referral
from kith_matching.domain.refusals import MatchingRefused

_GONE: Final = frozenset({Ending.MOVED_TO_GROUP, Ending.MOVED_ON, Ending.DIED})
"""After these nobody waits for another supporter."""


class EndingDisagrees(MatchingRefused):
    """What is said of an ending agrees with it."""

    code = "ending-disagrees"
    advice = (
        "Say which group only of a match that ends moved-to-group, and say it then. Nobody waits for another supporter "
        "who moved to a group, moved on or died: to say that they do, name another ending."
    )


class NoPlaceYet(GroupFull):
    """The group has none free for them: until it has, they keep whom they have."""

    code = "no-place-yet"
    advice = (
        "The group has no free place for this person. Let them join its list (POST /groups/{id}/places) and go on with "
        "their supporter; end the match when they have the place."
    )


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a coordinator says becomes of the person.

    ``group_id`` is the group to which they move; ``comes_with`` is 1 where their carer or partner comes too. Without
    ``waits_again`` it follows from the ending whether they wait for another supporter: with it somebody does whose
    supporter leaves or rests, and somebody does not who wants no other.
    """

    group_id: UUID | None = None
    comes_with: int = 0
    waits_again: bool | None = None


NOTHING_SAID: Final = Afterwards()


def end_as_said(match: Match, ending: Ending, then: Afterwards, *, today: date) -> Ended:
    """End a match as a coordinator says. Raises ``MatchEnded`` and ``EndingDisagrees``.

    Why a supporter stops is not kept with the match: to all but a few, somebody who is suspended rests. A pair of which
    one is ``replaced`` is not brought together again; two who never met are no such pair.
    """
    if (ending is Ending.MOVED_TO_GROUP) != (then.group_id is not None) or (ending in _GONE and then.waits_again):
        raise EndingDisagrees
    ended = end_match(match, ending, today=today, waits_again=then.waits_again)
    replaced = ended.waits_again and ending is not Ending.DID_NOT_TAKE_PLACE
    return replace(ended, match=replace(ended.match, moved_to=then.group_id, replaced=replaced))


def move_in(room: Room, referral: Referral, comes_with: int, *, place_id: UUID, today: date, now: datetime) -> Place:
    """Give somebody who moves to a group their place: the one they have, the one they are offered, or a free one.

    Whoever moves has said yes to it. Raises ``NoPlaceYet``, ``PlaceLapsed``, and what ``places.join`` does.
    """
    theirs = next((one for one in room.places.values() if one.referral_id == referral.id), None)
    if theirs is None:
        place = join(room, referral, comes_with, place_id=place_id, today=today, now=now)
    else:
        place = answer(theirs, Answer.YES, referral, now=now) if theirs.state is PlaceState.OFFERED else theirs
    if place.state is not PlaceState.TAKEN:
        raise NoPlaceYet
    return place
