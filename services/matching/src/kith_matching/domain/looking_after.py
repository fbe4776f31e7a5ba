"""Which coordinator looks after whom, and how one hands over to another [S: coordinators "hand over"]."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.refusals import MatchingRefused
from kith_matching.domain.subjects import check_opaque

MOST_AT_ONCE: Final = 5_000
"""Handed over in one transaction [K]: more than any one coordinator looks after."""


class Kind(StrEnum):
    """What a coordinator looks after."""

    SUPPORTER = "supporter"
    REFERRAL = "referral"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Thing:
    """A supporter, a referral or a match."""

    kind: Kind
    id: UUID


@dataclass(frozen=True, slots=True)
class Handover:
    """What went from one coordinator to another, at an instant (UTC), and who arranged it.

    Coordinators are the opaque subjects of their tokens. Of what nobody looked after ``from_coordinator`` is None.
    """

    id: UUID
    organisation_id: UUID
    from_coordinator: str | None
    to_coordinator: str
    arranged_by: str
    handed_at: datetime
    supporters: int
    referrals: int
    matches: int


def check_asked(from_coordinator: str | None, to_coordinator: str, chosen: Collection[Thing] | None) -> None:
    """Refuse what cannot be a handover, before anything is looked up.

    Raises ``SubjectNamesSomebody``, ``HandedToThemself``, or ``ChooseWhat`` where all would be taken from nobody.
    """
    for subject in (from_coordinator, to_coordinator):
        if subject is not None:
            check_opaque(subject)
    if from_coordinator == to_coordinator:
        raise HandedToThemself
    if from_coordinator is None and not chosen:
        raise ChooseWhat


def hand_over(
    moved: Collection[Thing],
    chosen: Collection[Thing] | None,
    *,
    handover_id: UUID,
    organisation_id: UUID,
    from_coordinator: str | None,
    to_coordinator: str,
    arranged_by: str,
    now: datetime,
) -> Handover:
    """The handover of what was found to be with ``from_coordinator``: all of it, or all that was chosen.

    Raises ``NothingToHandOver``, ``TooMuchAtOnce``, or ``NotLookedAfter`` where something chosen is not theirs: then
    nothing moves.
    """
    if chosen is not None and set(chosen) != set(moved):
        raise NotLookedAfter
    if not moved:
        raise NothingToHandOver
    if len(moved) > MOST_AT_ONCE:
        raise TooMuchAtOnce
    counted = Counter(one.kind for one in moved)
    return Handover(
        id=handover_id,
        organisation_id=organisation_id,
        from_coordinator=from_coordinator,
        to_coordinator=to_coordinator,
        arranged_by=arranged_by,
        handed_at=now,
        supporters=counted[Kind.SUPPORTER],
        referrals=counted[Kind.REFERRAL],
        matches=counted[Kind.MATCH],
    )


class HandoverRefused(MatchingRefused):
    """Nothing was handed over; the message says what can be."""

    code = "handover-refused"


class HandedToThemself(HandoverRefused):
    """A handover needs two."""

    code = "handed-to-themself"
    advice = "Both coordinators are the same. Name the one who takes over."


class ChooseWhat(HandoverRefused):
    """What nobody looks after is taken on piece by piece: all of it is nobody's to hand over."""

    code = "choose-what"
    advice = "Say what is taken on (chosen): all that nobody looks after cannot be handed over at once."


class NotLookedAfter(HandoverRefused):
    """Something chosen is not there, or another coordinator looks after it."""

    code = "not-looked-after"
    advice = (
        "Not all that you chose is with the coordinator you named. Look at what is theirs (looked_after_by), "
        "and choose anew."
    )


class NothingToHandOver(HandoverRefused):
    """The coordinator looks after nothing here."""

    code = "nothing-to-hand-over"
    advice = "This coordinator looks after nothing here. Check their subject."


class TooMuchAtOnce(HandoverRefused):
    """More than one transaction should hold."""

    code = "too-much-at-once"
    advice = (
        f"This coordinator looks after more than {MOST_AT_ONCE}. Choose some of it (chosen), and hand over in turns."
    )
