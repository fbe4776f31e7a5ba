"""A supporter rests or leaves: whoever was to meet them is not to wait for them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.supporter import Supporter, SupporterState
from kith_matching.usecases.slots import cancel_coming_slots
from kith_matching.usecases.visiting import cancel_coming_by


async def cancel_what_is_coming(tx: AsyncConnection, supporter: Supporter, *, now: datetime) -> None:
    """Cancel what a supporter, who is locked and has just changed, does not do in the state that they are in now.

    Who rests or leaves visits nobody, and who leaves listens to nobody. Slots are locked before visits, everywhere.
    """
    if supporter.state is SupporterState.LEFT:
        await cancel_coming_slots(tx, supporter, now=now)
    if supporter.state is not SupporterState.ACTIVE:
        await cancel_coming_by(tx, supporter.id, now=now)
