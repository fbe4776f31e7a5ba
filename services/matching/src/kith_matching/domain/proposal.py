"""A suggested pair waiting for answers: the coordinator proposes, the person answers, then the supporter."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain import refusals
from kith_matching.domain.introducing import (
    NOTHING_MORE,
    Reason,
    Said,
    again_from,
    check_asked,
    check_got_to_know,
    would_mind,
)
from kith_matching.domain.referral import check_open
from kith_matching.domain.rules import Pair, check_pair
from kith_matching.domain.score import parts

PERSON_ANSWERS_WITHIN: Final = timedelta(days=14)
"""How long a place is held while the coordinator reaches the person. Without a limit others would wait for nothing."""


class ProposalState(StrEnum):
    """Where a proposal stands. The first two are open, and hold a place of the supporter's; the others are ends."""

    AWAITING_PERSON = "awaiting-person"
    AWAITING_SUPPORTER = "awaiting-supporter"
    AGREED = "agreed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


OPEN: Final = (ProposalState.AWAITING_PERSON, ProposalState.AWAITING_SUPPORTER)


class Side(StrEnum):
    """Who answers."""

    PERSON = "person"
    SUPPORTER = "supporter"


class Answer(StrEnum):
    """What they say."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Points:
    """One part of the score as it stood when the pair was proposed."""

    connection: str
    points: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One pair, proposed for reasons that are kept as they were. ``answer_by`` is when the next answer is due.

    ``got_to_know`` says that whoever proposed it knew both a little. After a no, ``reason`` is why, and ``again_from``
    the day (Europe/London) from which the pair may be thought of again; None is never.
    """

    id: UUID
    referral_id: UUID
    supporter_id: UUID
    programme_id: UUID
    organisation_id: UUID
    score: int
    parts: tuple[Points, ...]
    state: ProposalState
    proposed_at: datetime
    answer_by: datetime
    ended_at: datetime | None = None
    version: int = 1
    got_to_know: bool = False
    reason: str | None = None
    again_from: date | None = None

    @property
    def open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.state in OPEN

    @property
    def turn(self) -> Side:
        """Whose answer is awaited, or was when an answer ended it."""
        return Side.PERSON if self.state is ProposalState.AWAITING_PERSON else Side.SUPPORTER


@dataclass(frozen=True, slots=True)
class Answered:
    """A proposal after an answer, and what others may know of it.

    ``said`` is ``yes`` or ``no``; ``lapsed`` when none came in time; ``withdrawn`` when it was taken back.
    """

    proposal: Proposal
    by: Side
    said: str


def propose(
    pair: Pair,
    *,
    matched: bool,
    proposed: bool,
    proposal_id: UUID,
    today: date,
    now: datetime,
    got_to_know: bool = False,
) -> Proposal:
    """Suggest a pair. It holds one of the supporter's places from now on.

    ``matched`` and ``proposed`` say whether the person has a running match, or an open proposal, already. Raises
    ``ReferralNotOpen`` when the person cannot be offered to anybody, ``PairStopped`` when a rule stops this pair, and
    ``GetToKnowFirst``.
    """
    check_open(pair.referral)
    if matched:
        raise refusals.AlreadyMatched
    if proposed:
        raise refusals.AlreadyProposed
    check_pair(pair, today)
    check_got_to_know(pair.programme.terms, got_to_know=got_to_know)
    reasons = tuple(Points(part.connection, part.points) for part in parts(pair))
    return Proposal(
        id=proposal_id,
        referral_id=pair.referral.id,
        supporter_id=pair.supporter.id,
        programme_id=pair.programme.id,
        organisation_id=pair.referral.organisation_id,
        score=sum(part.points for part in reasons),
        parts=reasons,
        state=ProposalState.AWAITING_PERSON,
        proposed_at=now,
        answer_by=now + PERSON_ANSWERS_WITHIN,
        got_to_know=got_to_know,
    )


def answer(
    proposal: Proposal, by: Side, said: Answer, pair: Pair, *, today: date, now: datetime, more: Said = NOTHING_MORE
) -> Answered:
    """Take one side's answer. The person's comes first; a no ends the proposal; the second yes makes it agreed.

    A yes is held against the rules again, because days have gone by: a supporter may rest now, or their checks have
    run out. ``pair.load`` leaves out the place that this proposal holds. A no is always taken in its turn, and so is
    the word of somebody who would mind that they know the other. Raises ``KnowingNotAsked``.
    """
    if not proposal.open:
        raise refusals.ProposalEnded
    if now >= proposal.answer_by:
        raise refusals.ProposalLapsed
    if by is not proposal.turn:
        raise refusals.PersonAnswersFirst if by is Side.SUPPORTER else refusals.PersonAnswered
    if said is Answer.NO:
        return _declined(proposal, by, more.reason or Reason.NOT_SAID, today, now)
    check_asked(pair.programme.terms, more)
    if would_mind(pair.programme.terms, more, acquainted=pair.acquainted):
        return _declined(proposal, by, Reason.MAY_KNOW, today, now)
    check_open(pair.referral)
    check_pair(pair, today)
    if by is Side.SUPPORTER:
        return Answered(_ended(proposal, ProposalState.AGREED, now), by, said)
    moved = replace(
        proposal,
        state=ProposalState.AWAITING_SUPPORTER,
        answer_by=now + timedelta(hours=pair.programme.terms.answer_hours),
        version=proposal.version + 1,
    )
    return Answered(moved, by, said)


def lapse(proposal: Proposal, *, now: datetime) -> Answered:
    """End a proposal whose answer did not come in time. Raises ``ProposalEnded`` where none is awaited any more."""
    if not proposal.open or now < proposal.answer_by:
        raise refusals.ProposalEnded("The proposal has ended, or there is still time to answer it.")
    return Answered(_ended(proposal, ProposalState.LAPSED, now), proposal.turn, "lapsed")


def withdraw(proposal: Proposal, *, now: datetime) -> Answered:
    """End an open proposal because its referral closed, its consent went, or its supporter may not be asked any more.

    Whose turn it was answers no more.
    """
    if not proposal.open:
        raise refusals.ProposalEnded
    return Answered(_ended(proposal, ProposalState.WITHDRAWN, now), proposal.turn, "withdrawn")


def _declined(proposal: Proposal, by: Side, reason: Reason, today: date, now: datetime) -> Answered:
    ended = _ended(proposal, ProposalState.DECLINED, now)
    return Answered(replace(ended, reason=reason, again_from=again_from(reason, today)), by, Answer.NO)


def _ended(proposal: Proposal, state: ProposalState, now: datetime) -> Proposal:
    return replace(proposal, state=state, ended_at=now, version=proposal.version + 1)
