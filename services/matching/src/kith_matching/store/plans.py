"""Plans of groups: one for a group, whose row is locked before."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.plan import Plan
from kith_matching.domain.referral import Channel
from kith_matching.store.rows import values_of
from kith_matching.tables import group_plans

_FIND: Final = sa.select(group_plans).where(group_plans.c.group_id == sa.bindparam("group_id"))
_INSERT: Final = postgresql.insert(group_plans)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=["group_id"],
    set_={one.name: _INSERT.excluded[one.name] for one in group_plans.columns if not one.primary_key},
)


async def find_plan(tx: AsyncConnection, group_id: UUID) -> Plan | None:
    """The group's plan, if it has one."""
    row = (await tx.execute(_FIND, {"group_id": group_id})).one_or_none()
    return plan_of(values_of(row)) if row is not None else None


async def save_plan(tx: AsyncConnection, plan: Plan) -> None:
    """Keep a group's plan as it is now. The group is locked."""
    await tx.execute(_SAVE, asdict(plan))


def plan_of(values: dict[str, Any]) -> Plan:
    """The plan that a row's values are."""
    return Plan(**{**values, "channel": Channel(values["channel"])})
