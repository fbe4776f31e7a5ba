"""What operators may see of the messages, and of what is held about somebody: ids, states, numbers. Read-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.erased import find_erased
from kith_chassis.holdings import Held, Holding
from kith_contracts.fact import Story
from kith_notifications.tables import messages, waiting

_OF_STORY: Final = (
    sa.select(
        messages.c.id,
        messages.c.reason,
        messages.c.recipient,
        messages.c.channel,
        messages.c.state,
        messages.c.code,
        messages.c.tries,
        messages.c.resends,
        messages.c.created_at,
        messages.c.settled_at,
    )
    .where(
        messages.c.referral_id == sa.bindparam("story_id"),
        messages.c.story_kind == sa.bindparam("story_kind"),
        sa.or_(
            sa.bindparam("after", type_=messages.c.id.type).is_(None),
            messages.c.id > sa.bindparam("after", type_=messages.c.id.type),
        ),
    )
    .order_by(messages.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_KINDS: Final = (messages.c.story_kind, messages.c.state, messages.c.code)
_COUNTS: Final = sa.select(*_KINDS, sa.func.count().label("messages")).group_by(*_KINDS)
_RESENDS: Final = sa.select(sa.func.coalesce(sa.func.sum(messages.c.resends), 0)).where(messages.c.resends > 0)
# Literal, so that the planner sees that the partial index on what is due serves.
_OLDEST: Final = sa.select(sa.func.min(messages.c.due_at)).where(sa.text("state in ('pending', 'sending')"))
_WAITING: Final = sa.select(sa.func.count()).select_from(waiting)
_HELD: Final = sa.text("""
    with theirs as (select * from referrals where person_id = any(:people) or id = any(:referrals))
    select 'referral' as kind, id, erased as tombstone,
        jsonb_build_object('self_referred', self_referred, 'died', died, 'contact_withdrawn_at', contact_withdrawn_at,
            'contact_granted_at', contact_granted_at) as says
    from theirs
    union all
    select 'message', id,
        recipient not like 'person/%' and detail is null and state not in ('pending', 'sending')
            and exists (select from theirs where theirs.id = referral_id and erased),
        jsonb_build_object('reason', split_part(reason, '/', 1), 'referral_id', referral_id,
            'recipient', split_part(recipient, '/', 1), 'channel', channel, 'state', state, 'code', code,
            'created_at', created_at, 'settled_at', settled_at)
    from messages where referral_id in (select id from theirs)
    union all
    select 'waiting', id, false, jsonb_build_object('kind', kind, 'referral_id', referral_id, 'at', at)
    from waiting where referral_id in (select id from theirs)
    order by kind, id
""").bindparams(*(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("people", "referrals")))


async def list_messages(
    tx: AsyncConnection, story: Story, *, after: UUID | None, limit: int
) -> Sequence[sa.RowMapping]:
    """The messages that tell of one story, in the order they were written."""
    asked = {"story_kind": story.kind, "story_id": story.id, "after": after, "most": limit}
    return (await tx.execute(_OF_STORY, asked)).mappings().all()


async def count_messages(tx: AsyncConnection) -> Sequence[sa.RowMapping]:
    """How many messages there are of each kind of story, in each state, with each code."""
    return (await tx.execute(_COUNTS)).mappings().all()


async def count_resends(tx: AsyncConnection) -> int:
    """How many messages were handed over again because a sender was stopped before it could record."""
    return int((await tx.execute(_RESENDS)).scalar_one())


async def find_oldest_due(tx: AsyncConnection) -> datetime | None:
    """When the first of the unsent messages is to be looked at; None when there is none."""
    found: datetime | None = (await tx.execute(_OLDEST)).scalar_one()
    return found


async def count_waiting(tx: AsyncConnection) -> int:
    """Things that happened to referrals whose making was not heard yet."""
    return int((await tx.execute(_WAITING)).scalar_one())


async def list_holdings(tx: AsyncConnection, people: Sequence[UUID], referrals: Sequence[UUID]) -> Held:
    """Every row about these people and referrals; in the network's sight. To whom else a message went is left out."""
    erased = await find_erased(tx, people)
    rows = await tx.execute(_HELD, {"people": list(people), "referrals": list(referrals)})
    return Held([Holding(row.kind, row.id, row.tombstone, says=row.says) for row in rows], erased)
