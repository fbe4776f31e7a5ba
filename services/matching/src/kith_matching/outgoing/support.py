"""What is told of supporters and of those whom they support: proposals, matches, endings; and who waits in vain."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.fact import Fact
from kith_contracts.matching import (
    MatchEnded,
    MatchMade,
    MatchProposed,
    NoFeasibleSupporter,
    ProgrammeQualityCounted,
    ProposalAnswered,
    ScorePart,
    SupervisionLogged,
    SupporterChanged,
)
from kith_matching.domain.match import Ended, Match
from kith_matching.domain.proposal import Answered, Proposal
from kith_matching.domain.quality import Quality
from kith_matching.domain.supervision import Supervision
from kith_matching.domain.supporter import Supporter
from kith_matching.domain.unplaceable import Unplaceable


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
