"""Everything other services may ever learn from notifications: messages and their channel, concerns passed on."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.notifications import ConcernEscalated, MessageDelivered, MessageFailed
from kith_notifications.domain.concern import PassedOn
from kith_notifications.domain.sending import DELIVERED, EMAIL, FAILED, Settled


async def tell_settled(tx: AsyncConnection, settled: Iterable[Settled], *, now: datetime) -> None:
    """Tell of every message that is delivered or has failed for good; all in one insert."""
    facts = (_fact(one) for one in settled)
    await outbox.record(tx, *(fact for fact in facts if fact), now=now)


async def tell_passed_on(tx: AsyncConnection, passed: Iterable[PassedOn], *, now: datetime) -> None:
    """Tell that nobody answered a concern in time, and whom it was passed on to."""
    facts = (
        ConcernEscalated(
            concern_id=one.concern.id,
            organisation_id=one.concern.organisation_id,
            passed_to=one.to,
            unanswered=one.unanswered,
        )
        for one in passed
    )
    await outbox.record(tx, *facts, now=now)


def _fact(one: Settled) -> MessageDelivered | MessageFailed | None:
    message = one.message
    if one.state == DELIVERED:
        return MessageDelivered(
            message_id=message.id,
            story_kind=message.story_kind,
            story_id=message.story_id,
            reason=message.kind,
            recipient=message.recipient_kind,
            channel=EMAIL,
            tries=message.tries,
        )
    if one.state == FAILED and one.code:
        return MessageFailed(
            message_id=message.id,
            story_kind=message.story_kind,
            story_id=message.story_id,
            reason=message.kind,
            recipient=message.recipient_kind,
            channel=EMAIL,
            code=one.code,
            tries=message.tries,
        )
    return None
