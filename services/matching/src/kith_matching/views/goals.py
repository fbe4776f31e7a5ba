"""What people mean to reach, by codes, how near they said they were, and how many are: never in their words."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.goal import GoalState
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
MOST_CODES: Final = 200
"""Codes of goals that are counted for a programme, those that were set most often first."""

_AGAIN: Final = (
    sa.select(
        sa.func.array_agg(goal_looks.c.near).aggregate_order_by(goal_looks.c.looked_on, goal_looks.c.id).label("nears"),
    )
    .where(goal_looks.c.goal_id == goals.c.id)
    .having(sa.func.count() > 1)
    .lateral("again")
)
_LAST_NEAR: Final = _AGAIN.c.nears[sa.func.cardinality(_AGAIN.c.nears)]


def _which(state: GoalState) -> sa.Label[int]:
    return sa.func.count().filter(goals.c.state == state).label(state.replace("-", "_"))


_COUNTED: Final = audited(
    sa.select(
        goals.c.code,
        sa.func.count(goals.c.referral_id.distinct()).label("people"),
        sa.func.count().label("set"),
        *map(_which, GoalState),
        sa.func.count(_AGAIN.c.nears).label("looked_at_again"),
        sa.func.count().filter(_AGAIN.c.nears[1] < _LAST_NEAR).label("nearer"),
    )
    .select_from(goals.outerjoin(_AGAIN, sa.true()))
    .where(goals.c.programme_id == sa.bindparam("programme_id", type_=sa.Uuid))
    .group_by(goals.c.code)
    .order_by(sa.literal_column('"set"').desc(), goals.c.code)
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


async def count_goals(tx: AsyncConnection, programme_id: UUID, *, now: datetime) -> list[Found]:
    """What became of a programme's goals of each code, and of how many people; without anybody's name."""
    return await get_list(tx, _COUNTED, Entry("goals-counted", "programme", programme_id), {"limit": MOST_CODES}, now)
