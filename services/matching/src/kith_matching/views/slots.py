"""Listening slots: when somebody listens, who, and whether the time is still free."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.places import HOLDING, PlaceState
from kith_matching.domain.plan import Times
from kith_matching.domain.slots import SlotNotFound
from kith_matching.domain.supporter import SupporterState
from kith_matching.store.rows import values_of
from kith_matching.tables import group_plans, places, supporters
from kith_matching.views.groups import places_in
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, get_one

_ACTIVE: Final = supporters.c.state == SupporterState.ACTIVE
_SHOWN: Final[sa.Select[Any]] = (
    sa.select(
        *group_plans.c,
        supporters.c.id.label("supporter_id"),
        _ACTIVE.label("listener_active"),
        *(places_in(state) for state in (PlaceState.TAKEN, PlaceState.OFFERED, PlaceState.WAITING, PlaceState.PAST)),
    )
    .join(supporters, supporters.c.id == group_plans.c.facilitators[1])
    .where(group_plans.c.slot_starts_at.is_not(None))
)
_SLOT_ALONE: Final = _SHOWN.where(group_plans.c.group_id == sa.bindparam("id"))
_SLOT: Final = audited(_SLOT_ALONE)
_LAST: Final = group_plans.alias("last")
_AFTER_LAST: Final = sa.tuple_(group_plans.c.slot_starts_at, group_plans.c.group_id) > (
    sa.select(_LAST.c.slot_starts_at, _LAST.c.group_id).where(_LAST.c.group_id == AFTER).scalar_subquery()
)
_FREE: Final = sa.and_(
    group_plans.c.slot_times == Times.BOOKED,
    group_plans.c.slot_cancelled_at.is_(None),
    _ACTIVE,
    ~sa.exists().where(places.c.group_id == group_plans.c.group_id, places.c.state.in_(HOLDING)),
)
_SLOTS: Final = audited(
    _SHOWN.where(
        group_plans.c.organisation_id == ORGANISATION,
        group_plans.c.slot_starts_at >= sa.bindparam("since"),
        sa.or_(~sa.bindparam("free", type_=sa.Boolean), _FREE),
        sa.or_(AFTER.is_(None), _AFTER_LAST),
    )
    .order_by(group_plans.c.slot_starts_at, group_plans.c.group_id)
    .limit(LIMIT)
)


async def list_slots(
    tx: AsyncConnection,
    organisation_id: UUID,
    since: datetime,
    *,
    free: bool,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[Found]:
    """The organisation's slots that begin at that instant or later, the next first; only those that are ``free``.

    Free is a time that can be booked, with nobody who has it or is asked, and a listener who is active.
    """
    page: dict[str, Any] = {"since": since, "free": free, "after": after, "limit": limit}
    return await get_list(tx, _SLOTS, Entry("slots-listed", "organisation", organisation_id), page, now)


async def get_slot(tx: AsyncConnection, slot_id: UUID, *, now: datetime) -> Found:
    """One slot. Raises ``SlotNotFound``."""
    return await get_one(tx, _SLOT, Entry("slot-read", "slot", slot_id), SlotNotFound, now)


async def show_slot(tx: AsyncConnection, slot_id: UUID) -> Found:
    """A slot, for whoever has just changed it: that is on the record already."""
    return values_of((await tx.execute(_SLOT_ALONE, {"id": slot_id})).one())
