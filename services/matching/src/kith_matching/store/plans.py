"""Plans of groups and slots: one for a group, whose row is locked before."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.plan import LONGEST, Plan, Slot, Times
from kith_matching.domain.referral import Channel
from kith_matching.store.rows import values_of
from kith_matching.tables import group_plans

_SLOT: Final = {f"slot_{field.name}": field.name for field in fields(Slot)}
_FIND: Final = sa.select(group_plans).where(group_plans.c.group_id == sa.bindparam("group_id"))
_INSERT: Final = postgresql.insert(group_plans)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=["group_id"],
    set_={one.name: _INSERT.excluded[one.name] for one in group_plans.columns if not one.primary_key},
)


_COMING: Final = (
    sa.select(group_plans.c.group_id)
    .where(
        group_plans.c.organisation_id == sa.bindparam("organisation_id"),
        group_plans.c.slot_starts_at > sa.bindparam("after"),
        group_plans.c.slot_cancelled_at.is_(None),
        sa.bindparam("supporter_id", type_=sa.Uuid) == sa.any_(group_plans.c.facilitators),
    )
    .order_by(group_plans.c.group_id)
)
_BESIDE: Final = sa.select(group_plans).where(
    group_plans.c.group_id.in_(_COMING.order_by(None)),
    group_plans.c.slot_starts_at < sa.bindparam("before"),
    group_plans.c.group_id != sa.bindparam("group_id", type_=sa.Uuid),
)


async def find_plan(tx: AsyncConnection, group_id: UUID) -> Plan | None:
    """The group's plan, if it has one."""
    row = (await tx.execute(_FIND, {"group_id": group_id})).one_or_none()
    return plan_of(values_of(row)) if row is not None else None


async def save_plan(tx: AsyncConnection, plan: Plan) -> None:
    """Keep a group's plan as it is now. The group is locked."""
    values = asdict(plan)
    slot = values.pop("slot") or {}
    await tx.execute(_SAVE, {**values, **{column: slot.get(name) for column, name in _SLOT.items()}})


async def list_coming_slots(tx: AsyncConnection, organisation_id: UUID, listener_id: UUID, now: datetime) -> list[UUID]:
    """The listener's slots that have not begun and are not cancelled."""
    asked = {"organisation_id": organisation_id, "supporter_id": listener_id, "after": now}
    return list((await tx.scalars(_COMING, asked)).all())


async def list_slots_beside(tx: AsyncConnection, plan: Plan, slot: Slot) -> list[Slot]:
    """The listener's other slots, not cancelled, that may last while this one does. The listener is locked."""
    asked = {
        "organisation_id": plan.organisation_id,
        "supporter_id": plan.facilitators[0],
        "group_id": plan.group_id,
        "after": slot.starts_at - LONGEST,
        "before": slot.ends_at,
    }
    found = [plan_of(values_of(row)).slot for row in await tx.execute(_BESIDE, asked)]
    return [one for one in found if one is not None]


def plan_of(values: dict[str, Any]) -> Plan:
    """The plan that a row's values are."""
    told = {name: values.pop(column) for column, name in _SLOT.items()}
    slot = Slot(**{**told, "times": Times(told["times"])}) if told["starts_at"] else None
    return Plan(**{**values, "channel": Channel(values["channel"]), "slot": slot})
