"""Goals with their words sealed, and how near people said they were."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.goal import Goal, GoalNotFound, GoalState, Look
from kith_matching.store.rows import values_of
from kith_matching.store.sealed import keep_key, opened, seal
from kith_matching.tables import goal_keys, goal_looks, goals

_INSERT: Final = sa.insert(goals)
_LOOK: Final = sa.insert(goal_looks)
_FIND: Final[sa.Select[Any]] = (
    sa.select(*goals.c, goal_keys.c.key)
    .outerjoin(goal_keys, goal_keys.c.id == goals.c.id)
    .where(goals.c.id == sa.bindparam("goal_id"))
)
_LOCK: Final = _FIND.with_for_update(of=goals)
_OPEN: Final = sa.select(sa.func.count()).where(
    goals.c.referral_id == sa.bindparam("referral_id"), goals.c.state == sa.literal_column(f"'{GoalState.OPEN}'")
)
_SAVE: Final = sa.update(goals).where(goals.c.id == sa.bindparam("goal_id"))


async def insert_goal(tx: AsyncConnection, goal: Goal) -> None:
    """Keep a goal. Its words are sealed."""
    values, sealed = asdict(goal), seal(tx, goal.id, goal.organisation_id, goal.words)
    del values["words"]
    await tx.execute(_INSERT, {**values, "sealed_words": sealed.text if sealed else None})
    await keep_key(tx, goal_keys, goal.id, goal.organisation_id, sealed=sealed)


async def count_open(tx: AsyncConnection, referral_id: UUID) -> int:
    """How many goals the person of a referral, which is locked, has now."""
    return int((await tx.execute(_OPEN, {"referral_id": referral_id})).scalar_one())


async def get_goal(tx: AsyncConnection, goal_id: UUID) -> Goal:
    """The goal with its words. Raises ``GoalNotFound``."""
    return _goal(tx, (await tx.execute(_FIND, {"goal_id": goal_id})).one_or_none())


async def get_goal_for_update(tx: AsyncConnection, goal_id: UUID) -> Goal:
    """The same, locked. Raises ``GoalNotFound``."""
    return _goal(tx, (await tx.execute(_LOCK, {"goal_id": goal_id})).one_or_none())


async def save_goal(tx: AsyncConnection, goal: Goal) -> None:
    """Keep what became of a goal."""
    now = {"state": goal.state, "ended_on": goal.ended_on, "version": goal.version}
    await tx.execute(_SAVE, {"goal_id": goal.id, **now})


async def insert_look(tx: AsyncConnection, look: Look) -> None:
    """Keep how near somebody said they were."""
    await tx.execute(_LOOK, asdict(look))


def _goal(tx: AsyncConnection, row: sa.Row[Any] | None) -> Goal:
    if row is None:
        raise GoalNotFound
    values = values_of(row)
    words = opened(tx, values)
    return Goal(**{**values, "state": GoalState(values["state"])}, words=words)
