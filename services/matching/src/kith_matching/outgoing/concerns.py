"""What is told of what must be seen to: concerns, what was shared of them, and what fell due. Not about whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.matching import ConcernAnswered, ConcernRaised, SharingFellDue, WorkFellDue
from kith_matching.domain.concern import Concern, Sharing
from kith_matching.domain.due import Raised


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


async def tell_due(tx: AsyncConnection, raised: Sequence[Raised], *, now: datetime) -> None:
    """Tell what fell due: what kind of thing it is, and of which match or supporter; never what somebody said."""
    await outbox.record(tx, *(_fell_due(one) for one in raised), now=now)


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
