"""Somebody would rather not be asked what a programme's plan asks now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain import measures_due as domain
from kith_matching.domain.measures_due import Declined, Said
from kith_matching.domain.referral import check_remembered
from kith_matching.store import matches, measure_declines, referrals


async def decline(tx: AsyncConnection, match_id: UUID, said: Said, *, by: str, now: datetime) -> Declined:
    """Keep that somebody would rather not: what is due at this moment is not asked of them again.

    Raises ``MatchNotFound``, ``PersonErased`` and what ``domain.measures_due.decline`` does.
    """
    seen = await matches.get_match(tx, match_id)
    check_remembered(await referrals.get_referral_for_update(tx, seen.referral_id))
    today = clock.today(now)
    due_on = await measure_declines.find_asked_since(tx, match_id, said, today=today)
    declined = domain.decline(seen, said, due_on, today=today, decline_id=clock.new_id(), by=by, now=now)
    await measure_declines.insert_decline(tx, declined)
    await audit.record(tx, Entry("measures-declined", "match", match_id, (said.of, said.moment)), now=now)
    return declined
