"""Households: made, counted, joined and left."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain import households
from kith_referrals.domain.households import Household, Relation
from kith_referrals.store import households as store
from kith_referrals.store import people as people_store


async def make_household(tx: AsyncConnection, household: Household) -> None:
    """Make a household with nobody in it yet but those whom it counts."""
    await store.add_household(tx, household)


async def recount_household(
    tx: AsyncConnection, household_id: UUID, *, others: Mapping[Relation, int], version: int, by: UUID
) -> Household:
    """Change how many unnamed people are in it. Raises ``NotFound`` or ``StaleVersion``."""
    household = await store.get_household_for_update(tx, household_id, version=version)
    recounted = households.recount(household, others, by=by)
    await store.save_household(tx, recounted)
    return recounted


async def join_household(
    tx: AsyncConnection, household_id: UUID, *, person_id: UUID, relation: Relation | None, version: int, by: UUID
) -> Household:
    """Put a referred person into it. Raises what ``households.join`` and loading do."""
    household = await store.get_household_for_update(tx, household_id, version=version)
    record = await people_store.get_record_locked(tx, person_id)
    before = await store.find_membership(tx, person_id)
    grown, membership = households.join(household, record, relation, before=before, by=by)
    await store.save_household(tx, grown)
    await store.save_membership(tx, membership, by)
    return grown


async def leave_household(
    tx: AsyncConnection, household_id: UUID, *, person_id: UUID, version: int, by: UUID
) -> Household:
    """Take a referred person out of it. Raises what ``households.leave`` and loading do."""
    household = await store.get_household_for_update(tx, household_id, version=version)
    before = await store.find_membership(tx, person_id)
    shrunk = households.leave(household, before=before, by=by)
    await store.save_household(tx, shrunk)
    await store.remove_membership(tx, person_id)
    return shrunk
