"""What people mean to reach, by codes, and how near they said they were: never in their words."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.tables import goal_looks, goals
from kith_matching.views.reading import AFTER, LIMIT, Found, get_list

_near: Final = (
    sa.select(goal_looks.c.near)
    .where(goal_looks.c.goal_id == goals.c.id)
    .order_by(goal_looks.c.looked_on.desc(), goal_looks.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("near")
)
_OF_REFERRAL: Final = audited(
    sa.select(*(column for column in goals.c if column.name != "sealed_words"), _near)
    .where(
        goals.c.referral_id == sa.bindparam("referral_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), goals.c.id > AFTER),
    )
    .order_by(goals.c.id)
    .limit(LIMIT)
)
_LOOKS: Final = audited(
    sa.select(goal_looks)
    .where(
        goal_looks.c.goal_id == sa.bindparam("goal_id", type_=sa.Uuid),
        sa.or_(AFTER.is_(None), goal_looks.c.id > AFTER),
    )
    .order_by(goal_looks.c.id)
    .limit(LIMIT)
)


async def list_goals(
    tx: AsyncConnection, referral_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The goals of a referral's person, the first set first, each with how near they said they were last."""
    listed = Entry("goals-listed", "referral", referral_id)
    return await get_list(tx, _OF_REFERRAL, listed, {"after": after, "limit": limit}, now)


async def list_looks(
    tx: AsyncConnection, goal_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """How near the person said they were, the first kept first."""
    return await get_list(
        tx, _LOOKS, Entry("goal-looks-listed", "goal", goal_id), {"after": after, "limit": limit}, now
    )
