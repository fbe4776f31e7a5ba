"""Households and who of the referred is in them: loaded, locked and kept."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.http import check_version, forget_answers
from kith_referrals.domain.households import Household, Membership, Relation
from kith_referrals.domain.refusals import NotFound
from kith_referrals.tables import household_members, households

_ID: Final = sa.bindparam("id", type_=sa.Uuid)
_LOCKED: Final = sa.select(households).where(households.c.id == _ID).with_for_update(key_share=True)
_MEMBERSHIP: Final = sa.select(household_members).where(household_members.c.person_id == _ID)
_ADD: Final = sa.insert(households)
_SAVE: Final = (
    sa.update(households)
    .where(households.c.id == sa.bindparam("of_household", type_=sa.Uuid))
    .values(
        {name: sa.bindparam(f"new_{name}", type_=households.c[name].type) for name in ("others", "members", "version")}
    )
)
_added: Final = insert(household_members)
_JOIN: Final = _added.on_conflict_do_update(
    index_elements=[household_members.c.person_id], set_={"relation": _added.excluded.relation}
)
_LEAVE: Final = sa.delete(household_members).where(household_members.c.person_id == _ID)
_left: Final = (
    sa.delete(household_members)
    .where(household_members.c.person_id == sa.any_(sa.bindparam("people", type_=ARRAY(sa.Uuid))))
    .returning(household_members.c.household_id)
    .cte("left_by")
)
_fewer: Final = sa.select(_left.c.household_id, sa.func.count().label("gone")).group_by(_left.c.household_id).subquery()
_SHRINK: Final = (
    sa.update(households)
    .where(households.c.id == _fewer.c.household_id)
    .values(members=households.c.members - _fewer.c.gone, version=households.c.version + 1)
    .returning(households.c.id, households.c.members)
)
_DROP: Final = sa.delete(households).where(households.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))


async def get_household_for_update(tx: AsyncConnection, household_id: UUID, *, version: int) -> Household:
    """The household, locked, if it still stands at ``version``. Raises ``NotFound`` or ``StaleVersion``."""
    row = (await tx.execute(_LOCKED, {"id": household_id})).mappings().one_or_none()
    if row is None:
        raise NotFound
    check_version(row["version"], version, "household")
    others = {Relation(relation): count for relation, count in row["others"].items()}
    return Household(**{**row, "others": others})


async def find_membership(tx: AsyncConnection, person_id: UUID) -> Membership | None:
    """The household that the person is in, or None."""
    row = (await tx.execute(_MEMBERSHIP, {"id": person_id})).one_or_none()
    if row is None:
        return None
    return Membership(row.household_id, row.person_id, Relation(row.relation) if row.relation else None)


async def add_household(tx: AsyncConnection, household: Household) -> None:
    """Keep a new household."""
    await tx.execute(_ADD, asdict(household))


async def save_household(tx: AsyncConnection, household: Household) -> None:
    """Keep how many people the household now is."""
    await tx.execute(
        _SAVE,
        {
            "of_household": household.id,
            "new_others": dict(household.others),
            "new_members": household.members,
            "new_version": household.version,
        },
    )


async def save_membership(tx: AsyncConnection, membership: Membership, organisation_id: UUID) -> None:
    """Keep that the person is in the household, or what they are to it now."""
    await tx.execute(_JOIN, {**asdict(membership), "organisation_id": organisation_id})


async def remove_membership(tx: AsyncConnection, person_id: UUID) -> None:
    """Forget that the person is in a household."""
    await tx.execute(_LEAVE, {"id": person_id})


async def leave_households(tx: AsyncConnection, people_ids: Collection[UUID]) -> None:
    """Take these people out of the households they are in; one in which nobody is left is deleted."""
    left = (await tx.execute(_SHRINK, {"people": list(people_ids)})).all()
    await drop_households(tx, [row.id for row in left if row.members <= 0])


async def drop_households(tx: AsyncConnection, ids: Collection[UUID]) -> None:
    """Delete households in which nobody is, with the answers to whoever made them."""
    await tx.execute(_DROP, {"ids": list(ids)})
    await forget_answers(tx, [f"/households/{household_id}" for household_id in ids])
