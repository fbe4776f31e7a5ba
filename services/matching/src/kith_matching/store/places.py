"""Places in groups, read and changed under the lock of their group's row, however many groups at once.

Everybody locks referrals first and groups after them, each in order of id. An offer changes somebody's place without
their referral's lock: whoever closes that referral comes to the group's lock next, and then finds the place.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.places import Place, PlaceNotFound, PlaceState, Room
from kith_matching.domain.plan import Plan
from kith_matching.store.plans import plan_of
from kith_matching.store.referrals import referral_of
from kith_matching.store.rows import values_of
from kith_matching.store.terms import terms_of
from kith_matching.tables import group_plans, groups, places, programmes, referrals

_IDS: Final = sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Uuid)))
_FIND: Final = sa.select(places).where(places.c.id == sa.bindparam("place_id"))
_GROUPS_OF: Final = (
    sa.select(places.c.group_id).where(places.c.referral_id == _IDS, places.c.ended_at.is_(None)).distinct()
)
_LOCK: Final = sa.select(groups.c.id).where(groups.c.id == _IDS).order_by(groups.c.id).with_for_update()
_PLANS: Final = (
    sa.select(group_plans, programmes.c.terms)
    .join(programmes, programmes.c.id == group_plans.c.programme_id)
    .where(group_plans.c.group_id == _IDS)
)
_OF_GROUP: Final = sa.select(places).where(places.c.group_id == sa.bindparam("group_id"))
_OPEN: Final = sa.select(places).where(places.c.group_id == _IDS, places.c.ended_at.is_(None))
_WAITING: Final = sa.select(referrals).where(
    referrals.c.id.in_(
        sa.select(places.c.referral_id).where(places.c.group_id == _IDS, places.c.state == PlaceState.WAITING)
    )
)
_UNANSWERED: Final = (
    sa.select(places.c.group_id)
    .where(places.c.state == sa.literal_column("'offered'"), places.c.answer_by <= sa.bindparam("now"))
    .order_by(places.c.answer_by)
    .limit(sa.bindparam("limit"))
)
_BEGUN: Final = (
    sa.select(places.c.group_id)
    .where(places.c.ended_at.is_(None), places.c.begins_at <= sa.bindparam("now"))
    .order_by(places.c.begins_at)
    .limit(sa.bindparam("limit"))
)
_DUE: Final = (
    sa.select(groups.c.id)
    .where(groups.c.id.in_(sa.union_all(*(part.subquery().select() for part in (_UNANSWERED, _BEGUN)))))
    .order_by(groups.c.id)
    .with_for_update(skip_locked=True)
)
_INSERT: Final = postgresql.insert(places)
_SAVE: Final = _INSERT.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _INSERT.excluded[name] for name in ("state", "answer_by", "ended_at", "taken_at", "version")},
)


async def get_place(tx: AsyncConnection, place_id: UUID) -> Place:
    """The place as it stands. Raises ``PlaceNotFound``."""
    row = (await tx.execute(_FIND, {"place_id": place_id})).one_or_none()
    if row is None:
        raise PlaceNotFound
    return _place(row)


async def get_places_of(tx: AsyncConnection, group_id: UUID) -> dict[UUID, Place]:
    """Every place that there is or was in the group, by id; none where the transaction does not see the group."""
    return {row.id: _place(row) for row in await tx.execute(_OF_GROUP, {"group_id": group_id})}


async def list_groups_of(tx: AsyncConnection, referral_ids: Collection[UUID]) -> set[UUID]:
    """The groups in which these referrals, which are locked, have a place or wait for one."""
    return set((await tx.scalars(_GROUPS_OF, {"ids": list(referral_ids)})).all()) if referral_ids else set()


async def list_due_groups_for_update(tx: AsyncConnection, *, limit: int, now: datetime) -> list[UUID]:
    """Groups with offers whose time has run out, and slots that have begun, locked.

    Whatever somebody else holds is found next time.
    """
    return list((await tx.scalars(_DUE, {"limit": limit, "now": now})).all())


async def get_rooms_for_update(tx: AsyncConnection, group_ids: Collection[UUID]) -> dict[UUID, Room]:
    """Those of the groups that have a plan, locked, by id: with all places that go on and everybody who waits."""
    if not group_ids:
        return {}
    asked = {"ids": sorted(group_ids)}
    await tx.execute(_LOCK, asked)
    plans = [_planned(row) for row in await tx.execute(_PLANS, asked)]
    places_now = [_place(row) for row in await tx.execute(_OPEN, asked)]
    people = {row.id: referral_of(row) for row in await tx.execute(_WAITING, asked)}
    return {
        plan.group_id: Room(
            plan, terms_of(terms), {one.id: one for one in places_now if one.group_id == plan.group_id}, people
        )
        for plan, terms in plans
    }


async def save_places(tx: AsyncConnection, changed: Sequence[Place]) -> None:
    """Keep new places, and what became of others. Their groups are locked."""
    if changed:
        await tx.execute(_SAVE, [asdict(one) for one in changed])


def _planned(row: sa.Row[Any]) -> tuple[Plan, Any]:
    values = values_of(row)
    terms = values.pop("terms")
    return plan_of(values), terms


def _place(row: sa.Row[Any]) -> Place:
    values = values_of(row)
    return Place(**{**values, "state": PlaceState(values["state"])})
