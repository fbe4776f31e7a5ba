"""What a coordinator has to see to, in the order of what matters first."""

from enum import StrEnum
from typing import Final

CONCERN: Final = "concern"
"""What a concern's work is about: itself. So everybody's list shows it, and nobody's says whom it is about."""
GROUP: Final = "group"
"""What a group's work is about. Nobody in particular looks after a group, so everybody's list shows it."""


class Work(StrEnum):
    """What there is to do, first things first [K]: whoever is in danger or harmed comes before anything that waits.

    Within one kind what is due longest comes first, and of those who wait the urgent before all others.
    """

    LOOK_FOR_VISITOR = "look-for-visitor"
    """Somebody who visits a home has not said in time that they arrived, or left."""
    TELL_SUPPORTER = "tell-supporter"
    """A match ended because of something that came from elsewhere, a death first of all: a human tells them."""
    ANSWER_CONCERN = "answer-concern"
    """Nobody has decided about a concern; who may not read it sees that a duty desk has to."""
    SEE_TO_HARDER = "see-to-harder"
    """Somebody said that support makes it harder."""
    ARRANGE_COVER = "arrange-cover"
    """Somebody's supporter rests or has left, and visits nobody: somebody else comes, or the match ends."""
    TAKE_ANSWER = "take-answer"
    """A proposal waits for an answer, and a place of the supporter's is held until it lapses."""
    TAKE_PLACE_ANSWER = "take-place-answer"
    """A place in a group, or a slot, is held for somebody who has not answered."""
    VISIT_WITHOUT_PLAN = "visit-without-plan"
    """A visit took place of which there was no plan: nobody would have looked for the visitor. It is talked about."""
    BOOK_INTERPRETER = "book-interpreter"
    """The person asked for an interpreter, their supporter does not speak their language, and none is booked."""
    EXPLAIN_LIMITS = "explain-limits"
    """Two have met, or somebody came to a meeting of a formal programme, and nobody said that the person knows what
    cannot be kept between them."""
    HOLD_SESSION = "hold-session"
    """The programme's days have passed without a session: a week without a visit."""
    GET_IN_TOUCH = "get-in-touch"
    """Nobody had contact with the person for two weeks; or somebody stays away from their group for longer than the
    programme says."""
    SEE_TO_GROUP = "see-to-group"
    """A group has not met for longer than the programme says: has it gone stale (LTC, *Evaluation*)?"""
    SUPERVISE = "supervise"
    """A supervision is overdue."""
    REVIEW = "review"
    """Support is to be looked at together, and the person asked whether it helps."""
    ASK_WHETHER_IT_HELPS = "ask-whether-it-helps"
    """The second session or meeting has been, and the person was not asked yet."""
    ASK_MEASURES = "ask-measures"
    """The programme's plan asks something now: of the person, their carer or their supporter."""
    CHECK_BALANCE = "check-balance"
    """Support was extended, or reviewed without an end in sight, more often than the programme says: has somebody come
    to depend on it?"""
    SEE_TO_ENDING = "see-to-ending"
    """The day until which support was planned has come: it ends, or is extended."""
    PREPARE_ENDING = "prepare-ending"
    """That day is near: nobody is to be surprised by it."""
    FIND_SUPPORTER = "find-supporter"
    """Nobody could take this person: the rules in the way are in ``/unplaceable``."""
    PROPOSE = "propose"
    """Somebody waits, and nobody is proposed."""
