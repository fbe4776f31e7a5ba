"""Attempts to reach a person, on the record before anybody gives them up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_referrals.domain.refusals import NotFound
from kith_referrals.domain.steps import Actor
from kith_referrals.domain.trying import Attempt, check_attempt
from kith_referrals.store import referrals as referrals_store
from kith_referrals.store import trying as store


async def log_attempt(tx: AsyncConnection, referral_id: UUID, attempt: Attempt, *, by: Actor, now: datetime) -> None:
    """Log what the programme's organisation tried. It is told to nobody, and the referral stands where it stood.

    Raises ``NotFound``, or what ``check_attempt`` does.
    """
    found = await referrals_store.list_referrals_for_update(tx, [referral_id])
    if not found:
        raise NotFound
    check_attempt(found[0], attempt, by, now)
    await store.add_attempt(tx, found[0], attempt, by, now=now)
