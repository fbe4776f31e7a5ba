"""What was to come is cancelled with what stops: nobody waits for whoever does not come, and nobody comes in vain."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.usecases import interpreting, visiting
from kith_matching.usecases.slots import cancel_coming_slots


async def cancel_what_is_coming(tx: AsyncConnection, supporter: Supporter, *, now: datetime) -> None:
    """Cancel what a supporter, who is locked and has just changed, does not do in the state that they are in now.

    Who rests or leaves visits nobody, and who leaves listens to nobody. Slots are locked before visits, everywhere.
    """
    if supporter.state is SupporterState.LEFT:
        await cancel_coming_slots(tx, supporter, now=now)
    if supporter.state is not SupporterState.ACTIVE:
        await visiting.cancel_coming_by(tx, supporter.id, now=now)


async def cancel_what_is_coming_to(tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime) -> None:
    """Cancel the visits and the interpreters to come of referrals, which are locked, whose support stops."""
    await visiting.cancel_coming_to(tx, referral_ids, now=now)
    await interpreting.cancel_coming_to(tx, referral_ids, now=now)
