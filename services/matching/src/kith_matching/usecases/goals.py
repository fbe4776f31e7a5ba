"""Goals are set, looked at and ended: by the supporter of the person, or by who organises."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain import goal as domain
from kith_matching.domain.goal import Goal, GoalNotFound, GoalState, Look, LookedAt
from kith_matching.domain.refusals import ReferralNotFound
from kith_matching.domain.subjects import Speaker
from kith_matching.store import goals as store
from kith_matching.store import matches, referrals


async def check_may_see(tx: AsyncConnection, referral_id: UUID, by: Speaker) -> None:
    """Let those in who organise, and whoever supports the person now.

    To everybody else there is no such referral. Raises ``ReferralNotFound``.
    """
    if not by.organises and not await matches.is_supported_by(tx, referral_id, by.subject):
        raise ReferralNotFound


async def set_goal(
    tx: AsyncConnection, referral_id: UUID, code: str, words: str | None, *, set_on: date, by: Speaker, now: datetime
) -> Goal:
    """Set a goal of the person of a referral. Raises ``ReferralNotFound``, and as ``domain.goal.set_goal``."""
    referral = await referrals.get_referral_for_update(tx, referral_id)
    await check_may_see(tx, referral_id, by)
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    asked = Goal(clock.new_id(), referral_id, programme.id, referral.organisation_id, code, set_on, words)
    open_now = await store.count_open(tx, referral_id)
    goal = domain.set_goal(asked, programme, referral, open_now, today=clock.today(now))
    await store.insert_goal(tx, goal)
    await audit.record(tx, Entry("goal-set", "goal", goal.id), now=now)
    return goal


async def look_at_goal(
    tx: AsyncConnection, goal_id: UUID, near: int, at: LookedAt, *, looked_on: date, by: Speaker, now: datetime
) -> Look:
    """Keep how near the person says they are. Raises ``GoalNotFound``, and as ``domain.goal.look_at``."""
    goal = await _get_for_update(tx, goal_id, by)
    asked = Look(clock.new_id(), goal_id, goal.organisation_id, looked_on, at, near)
    look = domain.look_at(goal, asked, today=clock.today(now))
    await store.insert_look(tx, look)
    await audit.record(tx, Entry("goal-looked-at", "goal", goal_id, (at,)), now=now)
    return look


async def end_goal(
    tx: AsyncConnection,
    goal_id: UUID,
    state: GoalState,
    *,
    on: date,
    by: Speaker,
    expected_version: int,
    now: datetime,
) -> Goal:
    """Say what became of a goal. Raises ``GoalNotFound``, ``StaleVersion``, and as ``domain.goal.end_goal``."""
    goal = await _get_for_update(tx, goal_id, by)
    check_version(goal.version, expected_version, "goal")
    ended = domain.end_goal(goal, state, on=on, today=clock.today(now))
    await store.save_goal(tx, ended)
    await audit.record(tx, Entry("goal-ended", "goal", goal_id, (state,)), now=now)
    return ended


async def read_goal(tx: AsyncConnection, goal_id: UUID, *, by: Speaker, now: datetime) -> Goal:
    """The goal with its words. Raises ``GoalNotFound``, and then nothing is recorded."""
    goal = await store.get_goal(tx, goal_id)
    await _check_theirs(tx, goal, by)
    await audit.record(tx, Entry("goal-read", "goal", goal_id), now=now)
    return goal


async def check_theirs(tx: AsyncConnection, goal_id: UUID, by: Speaker) -> None:
    """Let those in who may see the goal. Raises ``GoalNotFound``."""
    await _check_theirs(tx, await store.get_goal(tx, goal_id), by)


async def _get_for_update(tx: AsyncConnection, goal_id: UUID, by: Speaker) -> Goal:
    goal = await store.get_goal_for_update(tx, goal_id)
    await _check_theirs(tx, goal, by)
    return goal


async def _check_theirs(tx: AsyncConnection, goal: Goal, by: Speaker) -> None:
    try:
        await check_may_see(tx, goal.referral_id, by)
    except ReferralNotFound:
        raise GoalNotFound from None
