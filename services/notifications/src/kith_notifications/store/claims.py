"""SQL by which messages are sent: what is due, whose it is to send, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_notifications.domain.sending import BATCH, CANCELLED, CLAIM, DELIVERED, PENDING, SENDING, Claimed, Settled
from kith_notifications.store.arrays import LOCK_REFERRALS, as_arrays, as_rows
from kith_notifications.tables import messages

# Literal, so that the planner sees that the partial index on what is due serves.
_OPEN: Final = sa.text("messages.state in ('pending', 'sending')")

_NOW: Final = sa.bindparam("now", type_=messages.c.due_at.type)

_ANY_DUE: Final = sa.select(sa.exists().where(_OPEN, messages.c.due_at <= _NOW))
_DUE: Final = (
    sa.select(messages.c.id, (messages.c.state == SENDING).label("repeated"))
    .where(_OPEN, messages.c.due_at <= _NOW)
    .order_by(messages.c.due_at, messages.c.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM: Final = (
    sa.update(messages)
    .where(messages.c.id == _DUE.c.id)
    .values(
        state=SENDING,
        tries=messages.c.tries + 1,
        resends=messages.c.resends + sa.cast(_DUE.c.repeated, sa.Integer),
        sender=sa.bindparam("sending", type_=sa.Integer),
        due_at=sa.bindparam("until", type_=messages.c.due_at.type),
    )
    .returning(
        messages.c.id,
        messages.c.referral_id,
        messages.c.story_kind,
        messages.c.reason,
        messages.c.recipient,
        messages.c.detail,
        messages.c.day,
        messages.c.tries,
        _DUE.c.repeated,
    )
)
_OWN: Final = (
    sa.update(messages)
    .where(messages.c.state == SENDING, messages.c.sender == sa.bindparam("sending", type_=sa.Integer))
    .where(_OPEN)
    .values(due_at=_NOW)
)

_GIVEN_BACK: Final = sa.Column("given_back", sa.Integer)
_RESEND_BACK: Final = sa.Column("resend_back", sa.Integer)
_SETTLED: Final = (
    messages.c.id,
    messages.c.tries,
    messages.c.state,
    messages.c.code,
    messages.c.due_at,
    messages.c.settled_at,
    _GIVEN_BACK,
    _RESEND_BACK,
)
_DONE: Final = as_rows(*_SETTLED)
_SETTLE: Final = (
    sa.update(messages)
    .where(
        messages.c.id == _DONE.c.id,
        sa.or_(
            # What was handed over was handed over, even if it was cancelled or claimed by another meanwhile.
            sa.and_(_DONE.c.state == DELIVERED, messages.c.state.in_((PENDING, SENDING, CANCELLED))),
            sa.and_(messages.c.state == SENDING, messages.c.tries == _DONE.c.tries),
        ),
    )
    .values(
        state=_DONE.c.state,
        code=_DONE.c.code,
        due_at=_DONE.c.due_at,
        settled_at=_DONE.c.settled_at,
        tries=messages.c.tries - _DONE.c.given_back,
        resends=messages.c.resends - _DONE.c.resend_back,
    )
    .returning(messages.c.id)
)


async def is_any_due(tx: AsyncConnection, *, now: datetime) -> bool:
    """Whether there is anything to send."""
    return bool((await tx.execute(_ANY_DUE, {"now": now})).scalar_one())


async def claim_due(tx: AsyncConnection, *, sender: int, now: datetime) -> list[Claimed]:
    """Take at most ``BATCH`` of what is due, oldest first, so that nobody else sends it while the claim holds.

    Rows that another sender is claiming are passed over: messages have no order among one another, so nothing is
    told out of turn, and two senders never wait for each other.
    """
    rows = await tx.execute(_CLAIM, {"sending": sender, "until": now + CLAIM, "now": now})
    return [_claimed(row) for row in sorted(rows, key=lambda row: row.id)]


async def release_own(tx: AsyncConnection, *, sender: int, now: datetime) -> int:
    """Make due at once what this very sender had claimed before it was stopped; how many there were."""
    return int((await tx.execute(_OWN, {"sending": sender, "now": now})).rowcount)


async def save_settled(tx: AsyncConnection, settled: Sequence[Settled], *, now: datetime) -> set[UUID]:
    """Write what the attempts came to; the ids for which it was still ours to say.

    The referrals are locked first, as before every fact about them.
    """
    await tx.execute(LOCK_REFERRALS, {"ids": sorted({one.message.story_id for one in settled})})
    rows = [
        (
            one.message.id,
            one.message.tries,
            one.state,
            one.code,
            one.due_at,
            None if one.state in {PENDING, SENDING} else now,
            int(one.given_back),
            int(one.given_back and one.message.repeated),
        )
        for one in settled
    ]
    return set((await tx.execute(_SETTLE, as_arrays(rows, *_SETTLED))).scalars())


def _claimed(row: Any) -> Claimed:
    recipient_kind, _, recipient_id = row.recipient.partition("/")
    return Claimed(
        id=row.id,
        story_id=row.referral_id,
        story_kind=row.story_kind,
        kind=row.reason.partition("/")[0],
        recipient_kind=recipient_kind,
        recipient_id=UUID(recipient_id),
        detail=row.detail,
        tries=row.tries,
        repeated=row.repeated,
        day=row.day,
    )
