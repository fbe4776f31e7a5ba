"""Duty desks: all of an organisation's at once, because one area has one desk."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.duty_desk import CrisisLine, DutyDesk, Level, Mailbox
from kith_matching.domain.working_time import Hours, Nation
from kith_matching.store.rows import values_of
from kith_matching.tables import duty_desks

_ALONE: Final = sa.text("select pg_advisory_xact_lock(hashtextextended('duty-desks/' || :organisation_id, 0))")
_ALL: Final = (
    sa.select(duty_desks)
    .where(duty_desks.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid))
    .order_by(duty_desks.c.id)
)
_ONE: Final = sa.select(duty_desks).where(duty_desks.c.id == sa.bindparam("desk_id", type_=sa.Uuid))
_AMONG: Final = sa.select(duty_desks).where(duty_desks.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_NEW: Final = postgresql.insert(duty_desks)
_SAVE: Final = _NEW.on_conflict_do_update(
    index_elements=["id"],
    set_={one.name: _NEW.excluded[one.name] for one in duty_desks.columns if not one.primary_key},
    where=duty_desks.c.organisation_id == _NEW.excluded.organisation_id,
).returning(duty_desks.c.id)


async def list_desks(tx: AsyncConnection, organisation_id: UUID) -> list[DutyDesk]:
    """The organisation's desks."""
    return [desk_of(values_of(row)) for row in await tx.execute(_ALL, {"organisation_id": organisation_id})]


async def list_desks_for_update(tx: AsyncConnection, organisation_id: UUID) -> list[DutyDesk]:
    """The organisation's desks; nobody else changes any of them, or adds one, before this transaction ends."""
    await tx.execute(_ALONE, {"organisation_id": str(organisation_id)})
    return await list_desks(tx, organisation_id)


async def find_desk(tx: AsyncConnection, desk_id: UUID) -> DutyDesk | None:
    """The desk, if it is in sight."""
    row = (await tx.execute(_ONE, {"desk_id": desk_id})).one_or_none()
    return desk_of(values_of(row)) if row is not None else None


async def list_among(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, DutyDesk]:
    """Those of the desks that are in sight, by id."""
    return {row.id: desk_of(values_of(row)) for row in await tx.execute(_AMONG, {"ids": list(ids)})}


async def save_desk(tx: AsyncConnection, desk: DutyDesk) -> bool:
    """Keep a desk as it is now. False, and nothing happens, where the id is another organisation's."""
    values = asdict(desk)
    return (await tx.execute(_SAVE, {**values, **values.pop("hours")})).one_or_none() is not None


def desk_of(values: dict[str, Any]) -> DutyDesk:
    """The desk that a row's values are."""
    hours = Hours(Nation(values.pop("nation")), values.pop("opens_at"), values.pop("closes_at"))
    return DutyDesk(
        **{
            **values,
            "mailboxes": {Level(level): Mailbox(**mailbox) for level, mailbox in values["mailboxes"].items()},
            "hours": hours,
            "crisis_lines": tuple(CrisisLine(**line) for line in values["crisis_lines"]),
        }
    )
