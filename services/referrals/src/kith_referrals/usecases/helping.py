"""A person asks for help by their private link, and a safeguarding lead looks whose request it is."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_referrals import outgoing
from kith_referrals.domain.self_referral import links
from kith_referrals.domain.self_referral.help_request import HelpRequest, Place
from kith_referrals.domain.telling import HelpTold
from kith_referrals.store import help_requests as store


async def find_place(tx: AsyncConnection, token: str, now: datetime) -> Place | None:
    """Where a private link leads; or None, also when it is over."""
    place = await store.find_place(tx, links.digest(token))
    return None if place is None or links.is_over(place.closed_at, now) else place


async def ask(tx: AsyncConnection, place: Place, *, now: datetime) -> None:
    """Keep that the person asked, and have the duty desk told: whatever became of the referral, or of what they agreed.

    Who asked within the same hour has what they asked for.
    """
    asked = HelpRequest(clock.new_pseudonym(), place.organisation_id, place.referral_id, now)
    if await store.keep(tx, asked):
        await audit.record(tx, Entry("help-asked-for", "referral", place.referral_id), now=now)
        await outgoing.tell(tx, HelpTold(asked, place), now=now)
