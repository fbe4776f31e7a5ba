"""What referrers ask of a programme before they refer, counted from its supporters."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_matching import outgoing
from kith_matching.domain.quality import count, list_news
from kith_matching.store import quality as store
from kith_matching.store.holders import list_holders
from kith_matching.store.referrals import list_programmes
from kith_matching.store.supervision import keep_rhythms


async def count_quality(tx: AsyncConnection, now: datetime) -> None:
    """Tell what can be said of each programme's supporters today, where it is not what was told last.

    Before that the days on which supervision is due follow what changed elsewhere: a programme's terms, and supporters
    whom an older release recorded. Else nobody of those would seem to be supervised on time.
    """
    await keep_rhythms(tx, clock.today(now))
    programmes, holders = await list_programmes(tx), await list_holders(tx)
    news = list_news(count(programmes, holders, clock.today(now)), await store.list_told(tx))
    await store.save_told(tx, news)
    await outgoing.tell_quality(tx, news, now=now)
