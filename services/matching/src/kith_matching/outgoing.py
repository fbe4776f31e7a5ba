"""Everything others may ever learn from matching: pseudonyms, codes, points, days and shares. No names, no words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.fact import Fact
from kith_contracts.matching import (
    ConcernAnswered,
    ConcernRaised,
    ContactLogged,
    MatchEnded,
    MatchMade,
    MatchProposed,
    MeasureRecorded,
    NoFeasibleSupporter,
    ProgrammeQualityCounted,
    ProposalAnswered,
    ScorePart,
    SessionLogged,
    SharingFellDue,
    SupervisionLogged,
    SupporterChanged,
    WorkFellDue,
)
from kith_matching.domain.concern import Concern, Sharing
from kith_matching.domain.due import Raised
from kith_matching.domain.match import Ended, Match
from kith_matching.domain.measurement import Measurement
from kith_matching.domain.meeting import PAIR
from kith_matching.domain.occasion import Contact, Record, Session
from kith_matching.domain.proposal import Answered, Proposal
from kith_matching.domain.quality import Quality
from kith_matching.domain.supervision import Supervision
from kith_matching.domain.supporter import Supporter
from kith_matching.domain.unplaceable import Unplaceable

TAKEN_BACK: Final = "taken-back"
"""The outcome of what was told of a session or a contact and no longer holds."""


async def tell_changed(tx: AsyncConnection, supporter: Supporter, *, now: datetime) -> None:
    """Tell how a supporter may be known now: programmes, state and capacity."""
    changed = SupporterChanged(
        supporter_id=supporter.id,
        organisation_id=supporter.organisation_id,
        programme_ids=supporter.programme_ids,
        state=supporter.state,
        capacity=supporter.capacity,
    )
    await outbox.record(tx, changed, now=now)


async def tell_proposed(tx: AsyncConnection, proposal: Proposal, *, now: datetime) -> None:
    """Tell that a pair was proposed, and the points that spoke for it."""
    proposed = MatchProposed(
        proposal_id=proposal.id,
        referral_id=proposal.referral_id,
        supporter_id=proposal.supporter_id,
        programme_id=proposal.programme_id,
        organisation_id=proposal.organisation_id,
        score=proposal.score,
        parts=tuple(ScorePart(connection=part.connection, points=part.points) for part in proposal.parts),
    )
    await outbox.record(tx, proposed, now=now)


async def tell_answered(
    tx: AsyncConnection, answers: Sequence[Answered], made: Match | None = None, *, now: datetime
) -> None:
    """Tell what was answered, and after it the match that the last answer made."""
    facts: list[Fact] = [_answered(answer) for answer in answers]
    if made is not None:
        facts.append(_made(made))
    await outbox.record(tx, *facts, now=now)


async def tell_ended(tx: AsyncConnection, endings: Sequence[Ended], *, now: datetime) -> None:
    """Tell that matches came to their endings."""
    await outbox.record(tx, *(_ended(ended) for ended in endings), now=now)


async def tell_session(tx: AsyncConnection, session: Session, taken_back: Sequence[Record], *, now: datetime) -> None:
    """Tell of a corrected session as all that it is told as, and what it is told as no more."""
    await outbox.record(tx, *_session(session, taken_back), now=now)


def session_told(session: Session, *, now: datetime) -> dict[str, Any]:
    """What a statement that is ``outbox.telling`` records of a session: all that it is told as."""
    return outbox.told(*_session(session), now=now)


async def tell_contact(tx: AsyncConnection, contact: Contact, *, now: datetime) -> None:
    """Tell of an occasion with people who are not named; of one that is void, that it no longer holds."""
    stands = contact.voided_as is None
    logged = ContactLogged(
        contact_id=contact.id,
        programme_id=contact.programme_id,
        organisation_id=contact.organisation_id,
        held_on=contact.held_on,
        kind=contact.kind,
        outcome="happened" if stands else TAKEN_BACK,
        people=contact.people if stands else 0,
        topics=contact.topics,
        district=contact.district,
        site=contact.site,
        supporter_id=contact.supporter_id,
    )
    await outbox.record(tx, logged, now=now)


async def tell_measured(tx: AsyncConnection, taken: Measurement, *, scored: bool, now: datetime) -> None:
    """Tell that somebody was measured, and nothing of how they are (decision 0033)."""
    recorded = MeasureRecorded(
        measurement_id=taken.id,
        referral_id=taken.referral_id,
        programme_id=taken.programme_id,
        organisation_id=taken.organisation_id,
        instrument=taken.instrument,
        instrument_version=taken.version,
        moment=taken.moment,
        of=taken.of,
        taken_on=taken.taken_on,
        late=taken.late,
        scored=scored,
    )
    await outbox.record(tx, recorded, now=now)


async def tell_concern(tx: AsyncConnection, concern: Concern, *, now: datetime) -> None:
    """Tell that somebody must see to something, and by when: not what, nor about whom."""
    raised = ConcernRaised(
        concern_id=concern.id,
        organisation_id=concern.organisation_id,
        programme_id=concern.programme_id,
        desk_id=concern.desk_id,
        acknowledge_by=concern.acknowledge_by,
        decide_by=concern.decide_by,
        pass_on_minutes=(concern.acknowledge_by - concern.raised_at) // timedelta(minutes=1),
    )
    await outbox.record(tx, raised, now=now)


async def tell_concern_answered(tx: AsyncConnection, concern: Concern, *, now: datetime) -> None:
    """Tell that a concern was acknowledged, or decided, and nothing of how."""
    answered = ConcernAnswered(
        concern_id=concern.id,
        organisation_id=concern.organisation_id,
        answer="acknowledged" if concern.decided_at is None else "decided",
    )
    await outbox.record(tx, answered, now=now)


async def tell_unanswered(tx: AsyncConnection, due: Sequence[tuple[Concern, Sharing]], *, now: datetime) -> None:
    """Tell that somebody who was told of a concern has not answered by the day: not who, nor what they know."""
    facts = (
        SharingFellDue(
            sharing_id=sharing.id,
            concern_id=concern.id,
            organisation_id=concern.organisation_id,
            desk_id=concern.desk_id,
            due_on=sharing.answer_by,
        )
        for concern, sharing in due
    )
    await outbox.record(tx, *facts, now=now)


async def tell_quality(tx: AsyncConnection, news: Sequence[Quality], *, now: datetime) -> None:
    """Tell what is said of programmes now."""
    await outbox.record(tx, *(_counted(quality) for quality in news), now=now)


async def tell_unplaceable(tx: AsyncConnection, found: Sequence[Unplaceable], *, now: datetime) -> None:
    """Tell whom nobody could take, and the rules that stand in the way."""
    await outbox.record(tx, *(_unplaceable(one) for one in found), now=now)


async def tell_supervised(tx: AsyncConnection, logged: Sequence[Supervision], *, now: datetime) -> None:
    """Tell that supporters were supervised, and nothing of what was said."""
    facts = (
        SupervisionLogged(
            supervision_id=one.id,
            supporter_id=one.supporter_id,
            organisation_id=one.organisation_id,
            kind=one.kind,
            held_on=one.held_on,
            minutes=one.minutes,
        )
        for one in logged
    )
    await outbox.record(tx, *facts, now=now)


async def tell_due(tx: AsyncConnection, raised: Sequence[Raised], *, now: datetime) -> None:
    """Tell what fell due: what kind of thing it is, and of which match or supporter; never what somebody said."""
    await outbox.record(tx, *(_fell_due(one) for one in raised), now=now)


def _session(session: Session, taken_back: Sequence[Record] = ()) -> list[SessionLogged]:
    occasion = session.occasion
    of_all: dict[str, Any] = {
        "kind": session.kind,
        "programme_id": session.programme_id,
        "organisation_id": session.organisation_id,
        "held_on": occasion.held_on,
        "channel": occasion.channel,
        "topics": occasion.topics,
        "supporter_ids": session.supporter_ids,
        "match_id": session.match_id,
        "group_id": session.group_id,
        "meeting_id": session.id if session.group_id else None,
    }
    stands: dict[str, Any] = {"outcome": occasion.outcome, "minutes": occasion.minutes}
    gone: dict[str, Any] = {"outcome": TAKEN_BACK, "minutes": 0}
    return [
        SessionLogged(
            session_id=record.id,
            referral_id=record.referral_id,
            came_as=PAIR if record.pair_with else None,
            companions=record.companions,
            **of_all,
            **said,
        )
        for records, said in ((session.told, stands), (taken_back, gone))
        for record in records
    ]


def _answered(answer: Answered) -> ProposalAnswered:
    return ProposalAnswered(
        proposal_id=answer.proposal.id,
        referral_id=answer.proposal.referral_id,
        supporter_id=answer.proposal.supporter_id,
        programme_id=answer.proposal.programme_id,
        organisation_id=answer.proposal.organisation_id,
        answered_by=answer.by,
        answer=answer.said,
    )


def _made(match: Match) -> MatchMade:
    return MatchMade(
        match_id=match.id,
        proposal_id=match.proposal_id,
        referral_id=match.referral_id,
        supporter_id=match.supporter_id,
        programme_id=match.programme_id,
        organisation_id=match.organisation_id,
        review_on=match.review_on,
    )


def _ended(ended: Ended) -> MatchEnded:
    return MatchEnded(
        match_id=ended.match.id,
        referral_id=ended.match.referral_id,
        supporter_id=ended.match.supporter_id,
        programme_id=ended.match.programme_id,
        organisation_id=ended.match.organisation_id,
        ending=ended.ending,
        waits_again=ended.waits_again,
    )


def _counted(quality: Quality) -> ProgrammeQualityCounted:
    return ProgrammeQualityCounted(
        programme_id=quality.programme_id,
        organisation_id=quality.organisation_id,
        checks_current=quality.checks_current,
        supervision_on_time=quality.supervision_on_time,
        training_held=quality.training_held,
    )


def _unplaceable(one: Unplaceable) -> NoFeasibleSupporter:
    return NoFeasibleSupporter(
        referral_id=one.referral_id,
        programme_id=one.programme_id,
        organisation_id=one.organisation_id,
        rules=one.cause.rules,
        would_change=one.cause.would_change,
        supporters=one.cause.supporters,
    )


def _fell_due(raised: Raised) -> WorkFellDue:
    due = raised.due
    return WorkFellDue(
        work_id=raised.id,
        organisation_id=due.organisation_id,
        programme_id=due.programme_id,
        kind=due.told_as,
        about_kind=due.about,
        about_id=due.about_id,
        referral_id=due.referral_id,
        due_on=due.due_on,
        at_once=due.at_once,
    )
