"""What falls due is told on the day, once, however often and by however many it is looked for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_matching import outgoing
from kith_matching.domain.concern import About, Grounds
from kith_matching.domain.concern import Raised as Concerning
from kith_matching.domain.due import Due, Raised, latest
from kith_matching.domain.worklist import Work
from kith_matching.store import due as store
from kith_matching.usecases.concerns import raise_concern

MOST_AT_ONCE: Final = 1_000
"""Things that are told in one transaction; the others follow at the next tick."""


async def raise_due(tx: AsyncConnection, now: datetime) -> None:
    """Tell what is due and was not told: also what came due while nobody looked, with the day on which it did."""
    today = clock.today(now)
    found = await store.list_new(tx, limit=MOST_AT_ONCE, today=today, now=now)
    if found:
        still = await store.list_new_for_update(tx, found, today=today, now=now)
        await tell(tx, (latest(one, today) for one in still), now=now)


async def tell(tx: AsyncConnection, due: Iterable[Due], *, now: datetime) -> None:
    """Tell of these, but for those that were told before. What their stories are about is locked.

    A visitor who is missed is a concern too: the duty desk is told until somebody answers.
    """
    kept = await store.keep(tx, [Raised(clock.new_id(), one) for one in due], now=now)
    await outgoing.tell_due(tx, kept, now=now)
    for due_ in (one.due for one in kept if one.due.kind is Work.LOOK_FOR_VISITOR):
        missed = Concerning(Grounds.VISITOR_OVERDUE, About.VISIT, due_.thing_id)
        await raise_concern(tx, missed, organisation_id=due_.organisation_id, by=None, now=now)
