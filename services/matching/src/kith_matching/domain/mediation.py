"""Two people in a dispute and somebody close to neither: agreed when both have said yes, and then the mediator.

Any programme may switch it on, also for its supporters ("settle problems between peers", LTC).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_matching.domain.dispute import Dispute, Mediator, check_mediator, check_sides, find_mediator
from kith_matching.domain.proposal import PERSON_ANSWERS_WITHIN, Answer
from kith_matching.domain.refusals import MatchingRefused, MoveRefused, NotFound
from kith_matching.domain.terms import Terms


class MediationNotFound(NotFound):
    """No mediation of this organisation has the id."""

    code = "mediation-not-found"
    advice = "No mediation of your organisation has this id."


class AlreadyMediated(MatchingRefused):
    """Two people are asked, or helped, by one mediator at a time."""

    code = "already-mediated"
    advice = "A mediation between these two is open. Record its answers, or its ending, before the next."


class PartiesAnswerFirst(MoveRefused):
    """A mediator is asked once both want it."""

    code = "parties-answer-first"
    advice = "One of the two has not answered yet. Record the answers of both, then the mediator's."


class PartyAnswered(MoveRefused):
    """A yes stands; whoever thinks better of it ends the mediation."""

    code = "party-already-answered"
    advice = "They have said yes already. Record the answer that is still awaited, or end the mediation."


class MediationLapsed(MoveRefused):
    """The answer came after its time."""

    code = "mediation-lapsed"
    advice = "The time to answer has run out. Ask the two anew if both still want it."


class MediationEnded(MoveRefused):
    """A mediation ends once, and takes no answer after that."""

    code = "mediation-ended"
    advice = "The mediation has ended. Ask the two anew if both still want it."


class MediationAgreed(MoveRefused):
    """All three have answered."""

    code = "mediation-agreed"
    advice = "All three have said yes already. Record how it ended when it has."


class MediationNotAgreed(MoveRefused):
    """What was not agreed can only have not taken place."""

    code = "mediation-not-agreed"
    advice = "The mediation was not agreed yet, so it can only end as did-not-take-place."


class MediationState(StrEnum):
    """Where a mediation stands. The first two are open; the first three go on."""

    AWAITING_PARTIES = "awaiting-parties"
    AWAITING_MEDIATOR = "awaiting-mediator"
    AGREED = "agreed"
    ENDED = "ended"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


OPEN: Final = (MediationState.AWAITING_PARTIES, MediationState.AWAITING_MEDIATOR)


class Voice(StrEnum):
    """Who of the three answers."""

    FIRST = "first"
    SECOND = "second"
    MEDIATOR = "mediator"


class Outcome(StrEnum):
    """How a mediation ended (MH: a way out of the dispute that is the two's own)."""

    SETTLED = "settled"
    NOT_SETTLED = "not-settled"
    STOPPED = "stopped"
    """One of the three would not go on, or could not; nobody is asked for a reason."""
    DID_NOT_TAKE_PLACE = "did-not-take-place"


class PartyKind(StrEnum):
    """As what somebody is a party: the same human may be both elsewhere, and nobody links the two."""

    REFERRAL = "referral"
    SUPPORTER = "supporter"


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two in a dispute: a referral's person, or a supporter."""

    kind: PartyKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Mediation:
    """Two parties and a mediator. ``answer_by`` (UTC) is when the next answer is due, days are in Europe/London.

    ``declined_by`` says whose no ended it, so that a mediator who said no to these two is not asked again.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    first: Party
    second: Party
    mediator_id: UUID
    proposed_at: datetime
    answer_by: datetime
    state: MediationState = MediationState.AWAITING_PARTIES
    first_agreed: bool = False
    second_agreed: bool = False
    declined_by: Voice | None = None
    agreed_on: date | None = None
    outcome: Outcome | None = None
    ended_on: date | None = None
    version: int = 1

    @property
    def parties(self) -> tuple[Party, Party]:
        """The two, as they were named."""
        return self.first, self.second


def propose(
    parties: tuple[Party, Party],
    dispute: Dispute,
    among: Sequence[Mediator],
    *,
    named: bool,
    open_between: bool,
    mediation_id: UUID,
    today: date,
    now: datetime,
) -> Mediation:
    """Ask the two, each by themself, whether they would like to be helped by the mediator who suits them best.

    Where a coordinator ``named`` one, only that one is ``among``. ``open_between`` says whether a mediation between the
    two goes on already. Raises what ``check_sides`` raises, ``AlreadyMediated``, and ``NoMediator`` or, of one who was
    named, the rule that stops them.
    """
    check_sides(dispute)
    if open_between:
        raise AlreadyMediated
    mediator = among[0] if named else find_mediator(among, dispute, today)
    check_mediator(mediator, dispute, today)
    first, second = parties
    return Mediation(
        id=mediation_id,
        programme_id=dispute.programme.id,
        organisation_id=dispute.programme.organisation_id,
        first=first,
        second=second,
        mediator_id=mediator.supporter.id,
        proposed_at=now,
        answer_by=now + PERSON_ANSWERS_WITHIN,
    )


def answer(
    mediation: Mediation,
    by: Voice,
    said: Answer,
    dispute: Dispute,
    mediator: Mediator,
    *,
    today: date,
    now: datetime,
) -> Mediation:
    """Take one answer: those of the two in either order, the mediator's last. A no ends it and is always taken.

    At each yes everything is held against the rules again, above all that the mediator is close to neither: days have
    gone by. Raises ``MoveRefused`` where this answer is not awaited, and what ``check_sides`` and ``check_mediator``
    raise.
    """
    if mediation.state is MediationState.AGREED:
        raise MediationAgreed
    if mediation.state not in OPEN:
        raise MediationEnded
    if now >= mediation.answer_by:
        raise MediationLapsed
    if by is Voice.MEDIATOR and mediation.state is MediationState.AWAITING_PARTIES:
        raise PartiesAnswerFirst
    if (by is Voice.FIRST and mediation.first_agreed) or (by is Voice.SECOND and mediation.second_agreed):
        raise PartyAnswered
    if said is Answer.NO:
        return replace(_over(mediation, MediationState.DECLINED, today), declined_by=by)
    check_sides(dispute)
    check_mediator(mediator, dispute, today)
    if by is Voice.MEDIATOR:
        return replace(mediation, state=MediationState.AGREED, agreed_on=today, version=mediation.version + 1)
    return _agreed(mediation, by, dispute.programme.terms, now)


def end(mediation: Mediation, outcome: Outcome, *, today: date) -> Mediation:
    """End a mediation: how an agreed one went; an open one did not take place.

    Raises ``MediationEnded`` and ``MediationNotAgreed``.
    """
    if mediation.state is MediationState.AGREED:
        return replace(_over(mediation, MediationState.ENDED, today), outcome=outcome)
    if mediation.state not in OPEN:
        raise MediationEnded
    if outcome is not Outcome.DID_NOT_TAKE_PLACE:
        raise MediationNotAgreed
    return replace(_over(mediation, MediationState.WITHDRAWN, today), outcome=outcome)


def stop(mediation: Mediation, *, today: date) -> Mediation:
    """End what may not go on because a referral closed, its consent went or its person was erased."""
    outcome = Outcome.STOPPED if mediation.state is MediationState.AGREED else Outcome.DID_NOT_TAKE_PLACE
    return end(mediation, outcome, today=today)


def lapse(mediation: Mediation, *, today: date, now: datetime) -> Mediation:
    """End an open mediation whose answer did not come in time. Raises ``MediationEnded`` for any other."""
    if mediation.state not in OPEN or now < mediation.answer_by:
        raise MediationEnded("The mediation has ended or is agreed, or there is still time to answer.")
    return _over(mediation, MediationState.LAPSED, today)


def _agreed(mediation: Mediation, by: Voice, terms: Terms, now: datetime) -> Mediation:
    said = replace(
        mediation,
        first_agreed=mediation.first_agreed or by is Voice.FIRST,
        second_agreed=mediation.second_agreed or by is Voice.SECOND,
        version=mediation.version + 1,
    )
    if not (said.first_agreed and said.second_agreed):
        return said
    return replace(said, state=MediationState.AWAITING_MEDIATOR, answer_by=now + timedelta(hours=terms.answer_hours))


def _over(mediation: Mediation, state: MediationState, today: date) -> Mediation:
    return replace(mediation, state=state, ended_on=today, version=mediation.version + 1)
