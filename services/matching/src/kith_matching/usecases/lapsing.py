"""A check that ran out is told once; the hard rules left its supporter out of matching on the day itself."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.attention import ran_out
from kith_matching.store.holders import keep_lapsed, list_holders
from kith_matching.store.referrals import list_programmes


async def tell_lapsed_checks(tx: AsyncConnection, now: datetime) -> None:
    """Put it on the record, once for each day, that an active supporter's check ran out."""
    programmes = await list_programmes(tx)
    holders = await list_holders(tx)
    today = clock.today(now)
    lapsed = [(one, day) for one in holders for day in sorted(ran_out(one, programmes, today))]
    new = await keep_lapsed(tx, lapsed, now=now)
    await audit.record(tx, *(Entry("check-ran-out", "supporter", one) for one in new), now=now)
