"""Editions are issued, and given to groups and supporters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.material import Giving, Material, give, issue
from kith_matching.domain.subjects import Speaker, check_is_theirs
from kith_matching.store import materials as store
from kith_matching.store import referrals, supporters


async def issue_material(tx: AsyncConnection, asked: Material, *, now: datetime) -> Material:
    """Issue an edition of what a programme gives. Raises ``ProgrammeNotFound``, and as ``domain.material.issue``."""
    await referrals.get_programme(tx, asked.programme_id, asked.organisation_id)
    before = await store.find_last(tx, asked.programme_id, asked.code)
    material = issue(asked, before)
    await store.insert_material(tx, material)
    await audit.record(tx, Entry("material-issued", "material", material.id, (material.code,)), now=now)
    return material


async def give_to_group(tx: AsyncConnection, asked: Giving, group_id: UUID, *, now: datetime) -> Giving:
    """Give an edition to a group. Raises ``MaterialNotFound``, ``GroupNotFound``, and as ``domain.material.give``."""
    material, replaced_on = await store.get_material(tx, asked.material_id)
    theirs = await store.get_programme_of(tx, group_id) == material.programme_id
    return await _keep(tx, give(material, replaced_on, asked, theirs=theirs, today=clock.today(now)), now=now)


async def give_to_supporter(tx: AsyncConnection, asked: Giving, supporter_id: UUID, *, now: datetime) -> Giving:
    """The same for a supporter. Raises ``SupporterNotFound``."""
    material, replaced_on = await store.get_material(tx, asked.material_id)
    theirs = material.programme_id in (await supporters.get_supporter(tx, supporter_id)).programme_ids
    return await _keep(tx, give(material, replaced_on, asked, theirs=theirs, today=clock.today(now)), now=now)


async def check_may_see(tx: AsyncConnection, supporter_id: UUID, by: Speaker) -> None:
    """Let those in who organise, and the supporter. Raises ``SupporterNotFound``."""
    check_is_theirs(await supporters.get_supporter(tx, supporter_id), by)


async def _keep(tx: AsyncConnection, giving: Giving, *, now: datetime) -> Giving:
    await store.insert_giving(tx, giving)
    await audit.record(tx, Entry("material-given", "material", giving.material_id), now=now)
    return giving
