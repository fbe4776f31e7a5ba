"""Everything other services may ever learn from notifications: whether a message reached its channel."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import outbox
from kith_contracts.notifications import MessageDelivered, MessageFailed
from kith_notifications.domain.sending import DELIVERED, EMAIL, FAILED, Settled


async def tell_settled(tx: AsyncConnection, settled: Iterable[Settled], *, now: datetime) -> None:
    """Tell of every message that is delivered or has failed for good; all in one insert."""
    facts = (_fact(one) for one in settled)
    await outbox.record(tx, *(fact for fact in facts if fact), now=now)


def _fact(one: Settled) -> MessageDelivered | MessageFailed | None:
    message = one.message
    if one.state == DELIVERED:
        return MessageDelivered(
            message_id=message.id,
            story_kind="referral",
            story_id=message.referral_id,
            reason=message.kind,
            recipient=message.recipient_kind,
            channel=EMAIL,
            tries=message.tries,
        )
    if one.state == FAILED and one.code:
        return MessageFailed(
            message_id=message.id,
            story_kind="referral",
            story_id=message.referral_id,
            reason=message.kind,
            recipient=message.recipient_kind,
            channel=EMAIL,
            code=one.code,
            tries=message.tries,
        )
    return None
