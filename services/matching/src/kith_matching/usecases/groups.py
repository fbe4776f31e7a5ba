"""Groups as they are planned; a group that nobody planned begins with its first meeting."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_chassis.http.versions import VersionMissing
from kith_matching.domain.occasion import Group
from kith_matching.domain.places import check_plan, offer
from kith_matching.domain.plan import Plan, settle
from kith_matching.domain.refusals import GroupOfAnotherProgramme, SupporterNotFound
from kith_matching.store import occasions, places, plans, referrals, supporters


async def put_plan(
    tx: AsyncConnection, asked: Plan, *, expected_version: int | None, now: datetime
) -> tuple[Plan, bool]:
    """Plan a group; the second value says whether it had no plan. Places that are added are offered to who waits.

    The same again changes nothing and needs no version. Raises ``NotFound`` for a programme, supporter or group that is
    not the organisation's own, ``GroupOfAnotherProgramme``, ``NobodyLeads`` and ``FewerThanTaken``; ``VersionMissing``
    and ``StaleVersion`` where a change does not name the version it is about.
    """
    programme = await referrals.get_programme(tx, asked.programme_id, asked.organisation_id)
    facilitators = await supporters.list_supporters(tx, asked.facilitators)
    if len(facilitators) != len(set(asked.facilitators)):
        raise SupporterNotFound
    plan = settle(asked, programme, facilitators)
    group = Group(plan.group_id, plan.programme_id, plan.organisation_id)
    if await occasions.begin_group_for_update(tx, group) != group:
        raise GroupOfAnotherProgramme
    current = await plans.find_plan(tx, plan.group_id)
    if current is None:
        await plans.save_plan(tx, plan)
        await audit.record(tx, Entry("group-planned", "group", plan.group_id), now=now)
        return plan, True
    if replace(plan, version=current.version) == current:
        return current, False
    if expected_version is None:
        raise VersionMissing("The group has a plan already. Read it, then send If-Match with that ETag.")
    check_version(current.version, expected_version, "group")
    changed = replace(plan, version=current.version + 1)
    await plans.save_plan(tx, changed)
    room = (await places.get_rooms_for_update(tx, [plan.group_id]))[plan.group_id]
    check_plan(room)
    await places.save_places(tx, offer(room, today=clock.today(now), now=now))
    await audit.record(tx, Entry("group-changed", "group", plan.group_id), now=now)
    return changed, False
