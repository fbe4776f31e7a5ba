"""Groups as they are planned, with how many places are taken, held and waited for; and the places themselves."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.audit import Entry, audited
from kith_matching.domain.places import PlaceNotFound, PlaceState
from kith_matching.domain.refusals import GroupNotFound
from kith_matching.store.rows import values_of
from kith_matching.tables import group_plans, places
from kith_matching.views.reading import AFTER, LIMIT, ORGANISATION, Found, get_list, get_one


def places_in(state: PlaceState) -> sa.Label[int]:
    """How many places of a plan are in this state."""
    held = sa.func.coalesce(sa.func.sum(1 + places.c.comes_with), 0)
    of_group = sa.and_(places.c.group_id == group_plans.c.group_id, places.c.state == state)
    return sa.select(sa.cast(held, sa.Integer)).where(of_group).scalar_subquery().label(state)


_COUNTED: Final[sa.Select[Any]] = sa.select(
    *group_plans.c, *(places_in(state) for state in (PlaceState.TAKEN, PlaceState.OFFERED, PlaceState.WAITING))
).where(group_plans.c.slot_starts_at.is_(None))
_GROUP_ALONE: Final = _COUNTED.where(group_plans.c.group_id == sa.bindparam("id"))
_GROUP: Final = audited(_GROUP_ALONE)
_GROUPS: Final = audited(
    _COUNTED.where(
        group_plans.c.organisation_id == ORGANISATION, sa.or_(AFTER.is_(None), group_plans.c.group_id > AFTER)
    )
    .order_by(group_plans.c.group_id)
    .limit(LIMIT)
)
_PLACE: Final = audited(sa.select(places).where(places.c.id == sa.bindparam("id")))
_PLACES: Final = audited(
    sa.select(places)
    .where(
        places.c.group_id == sa.bindparam("group_id", type_=sa.Uuid),
        places.c.ended_at.is_(None),
        sa.or_(AFTER.is_(None), places.c.id > AFTER),
    )
    .order_by(places.c.id)
    .limit(LIMIT)
)


async def list_groups(
    tx: AsyncConnection, organisation_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The organisation's groups that have a plan, in order of id."""
    return await get_list(
        tx, _GROUPS, Entry("groups-listed", "organisation", organisation_id), {"after": after, "limit": limit}, now
    )


async def get_group(tx: AsyncConnection, group_id: UUID, *, now: datetime) -> Found:
    """One group that has a plan. Raises ``GroupNotFound``."""
    return await get_one(tx, _GROUP, Entry("group-read", "group", group_id), GroupNotFound, now)


async def show_group(tx: AsyncConnection, group_id: UUID) -> Found:
    """A planned group, for whoever has just planned it: that is on the record already."""
    return values_of((await tx.execute(_GROUP_ALONE, {"id": group_id})).one())


async def list_places(
    tx: AsyncConnection, group_id: UUID, *, after: UUID | None, limit: int, now: datetime
) -> list[Found]:
    """The places in one group that go on, who joined first first; none where the group is not the organisation's."""
    return await get_list(tx, _PLACES, Entry("places-listed", "group", group_id), {"after": after, "limit": limit}, now)


async def get_place(tx: AsyncConnection, place_id: UUID, *, now: datetime) -> Found:
    """One place. Raises ``PlaceNotFound``."""
    return await get_one(tx, _PLACE, Entry("place-read", "place", place_id), PlaceNotFound, now)
