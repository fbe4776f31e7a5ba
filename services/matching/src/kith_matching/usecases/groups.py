"""Groups as they are planned; a group that nobody planned begins with its first meeting."""

from collections.abc import Callable
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
from kith_matching.domain.refusals import GroupNotFound, GroupOfAnotherProgramme, SupporterNotFound
from kith_matching.store import occasions, places, plans, referrals, supporters

Check = Callable[[Plan | None], None]
"""Refuses a plan beside the one that is there, if there is one."""


async def put_plan(
    tx: AsyncConnection, asked: Plan, *, expected_version: int | None, now: datetime
) -> tuple[Plan, bool]:
    """Plan a group; the second value says whether it had no plan. Places that are added are offered to who waits.

    Raises ``NotFound`` for a programme, supporter or group that is not the organisation's own, ``NobodyLeads`` and
    ``FewerThanTaken``, and as ``keep_plan``.
    """
    programme = await referrals.get_programme(tx, asked.programme_id, asked.organisation_id)
    facilitators = await supporters.list_supporters(tx, asked.facilitators)
    if len(facilitators) != len(set(asked.facilitators)):
        raise SupporterNotFound

    def check(current: Plan | None) -> None:
        if current is not None and current.slot is not None:
            raise GroupNotFound

    plan = settle(asked, programme, facilitators)
    return await keep_plan(tx, plan, check, expected_version=expected_version, now=now)


async def keep_plan(
    tx: AsyncConnection, plan: Plan, check: Check, *, expected_version: int | None, now: datetime
) -> tuple[Plan, bool]:
    """Keep the plan of a group or a slot, under its lock; the second value says whether it is new.

    The same again changes nothing and needs no version. Raises what ``check`` and ``check_plan`` do,
    ``GroupOfAnotherProgramme``, and ``VersionMissing`` and ``StaleVersion`` where a change does not name the version
    it is about.
    """
    kind = "group" if plan.slot is None else "slot"
    group = Group(plan.group_id, plan.programme_id, plan.organisation_id)
    if await occasions.begin_group_for_update(tx, group) != group:
        raise GroupOfAnotherProgramme
    current = await plans.find_plan(tx, plan.group_id)
    if current is not None and replace(plan, version=current.version) == current:
        return current, False
    check(current)
    if current is None:
        await plans.save_plan(tx, plan)
        await audit.record(tx, Entry(f"{kind}-planned", kind, plan.group_id), now=now)
        return plan, True
    if expected_version is None:
        raise VersionMissing(f"The {kind} has a plan already. Read it, then send If-Match with that ETag.")
    check_version(current.version, expected_version, kind)
    changed = replace(plan, version=current.version + 1)
    await plans.save_plan(tx, changed)
    room = (await places.get_rooms_for_update(tx, [plan.group_id]))[plan.group_id]
    check_plan(room)
    await places.save_places(tx, offer(room, today=clock.today(now), now=now))
    await audit.record(tx, Entry(f"{kind}-changed", kind, plan.group_id), now=now)
    return changed, False
