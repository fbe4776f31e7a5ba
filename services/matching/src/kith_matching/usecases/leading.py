"""A supporter logs a meeting of a group that they lead, or a slot at which they listened."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_matching.domain.leading import Came, check_leads, company_of_places
from kith_matching.domain.occasion import Group, Noted, Occasion, Session
from kith_matching.store import places, plans
from kith_matching.store.speaking import lead_as
from kith_matching.store.supporters import get_own_organisation
from kith_matching.usecases.occasions import log_group_meeting


async def log_own_meeting(
    tx: AsyncConnection,
    group_id: UUID,
    occasion: Occasion,
    noted: Noted,
    *,
    own: tuple[UUID, str],
    came: Sequence[Came],
    led_with: Collection[UUID] = (),
    now: datetime,
) -> Session:
    """Log a meeting for all who came, as whoever organises would; what a device sends again changes nothing.

    ``own`` is the supporter and the subject of who asks. Raises ``SupporterNotFound`` for anybody else,
    ``GroupNotFound``, ``LedByOthers``, ``PlaceNotFound``, and what ``log_group_meeting`` does.
    """
    supporter_id, subject = own
    organisation_id = await get_own_organisation(tx, supporter_id, subject)
    await lead_as(tx, supporter_id)
    plan = check_leads(await plans.find_plan(tx, group_id), supporter_id, led_with)
    there = await places.get_places_of(tx, group_id)
    company = company_of_places(came, there, occasion.held_on, day_of=clock.today)
    return await log_group_meeting(
        tx,
        Group(group_id, plan.programme_id, organisation_id),
        occasion,
        noted,
        attended=[one.referral_id for one in company],
        supporter_ids=[supporter_id, *led_with],
        came_with=company,
        now=now,
    )
