"""What a coordinator has to see to, in the order of what matters first."""

from enum import StrEnum
from typing import Final

CONCERN: Final = "concern"
"""What a concern's work is about: itself. So everybody's list shows it, and nobody's says whom it is about."""


class Work(StrEnum):
    """What there is to do, first things first [K]: whoever is in danger or harmed comes before anything that waits.

    Within one kind what is due longest comes first, and of those who wait the urgent before all others.
    """

    LOOK_FOR_VISITOR = "look-for-visitor"
    """Somebody who visits a home has not said in time that they arrived, or left."""
    ANSWER_CONCERN = "answer-concern"
    """Nobody has decided about a concern; who may not read it sees that a duty desk has to."""
    CHASE_SHARING = "chase-sharing"
    """Something was shared without agreement, and whoever was told has not answered."""
    SEE_TO_HARDER = "see-to-harder"
    """Somebody said that support makes it harder."""
    TAKE_ANSWER = "take-answer"
    """A proposal waits for an answer, and a place of the supporter's is held until it lapses."""
    TAKE_PLACE_ANSWER = "take-place-answer"
    """A place in a group, or a slot, is held for somebody who has not answered."""
    EXPLAIN_LIMITS = "explain-limits"
    """Two have met, and nobody said that the person knows what cannot be kept between them."""
    HOLD_SESSION = "hold-session"
    """The programme's days have passed without a session: a week without a visit."""
    GET_IN_TOUCH = "get-in-touch"
    """Nothing was heard of either of two for two weeks, in a programme that does not say how long is too long."""
    SUPERVISE = "supervise"
    """A supervision is overdue."""
    REVIEW = "review"
    """Support is to be looked at together, and the person asked whether it helps."""
    ASK_WHETHER_IT_HELPS = "ask-whether-it-helps"
    """The second session has been, and the person was not asked yet."""
    ASK_MEASURES = "ask-measures"
    """The programme's plan asks something now: of the person, their carer or their supporter."""
    CHECK_BALANCE = "check-balance"
    """Support was extended more often than the programme says: has somebody come to depend on it?"""
    SEE_TO_ENDING = "see-to-ending"
    """The day until which support was planned has come: it ends, or is extended."""
    PREPARE_ENDING = "prepare-ending"
    """That day is near: nobody is to be surprised by it."""
    FIND_SUPPORTER = "find-supporter"
    """Nobody could take this person: the rules in the way are in ``/unplaceable``."""
    PROPOSE = "propose"
    """Somebody waits, and nobody is proposed."""
