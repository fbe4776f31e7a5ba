"""Looking through waiting lists for people whom nobody could take, so that it is said on the day it is true."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_matching import outgoing
from kith_matching.domain.referral import Programme
from kith_matching.domain.unplaceable import Unplaceable, look_at
from kith_matching.solving.lonely import find_lonely
from kith_matching.store import rounds, turns
from kith_matching.store import unplaceable as store

MOST_PROGRAMMES: Final = 100
"""Programmes at one turn; the next turn goes on with those that were looked through longest ago."""
MOST_PAIRS: Final = 500_000
"""Pairs that are asked about rule by rule at one turn, some seconds' work; the others follow at the next."""
AT_ONCE: Final = 100
"""Pairs of a whole list that are looked at in the time in which one is asked about rule by rule: measured."""


async def look_through(tx: AsyncConnection, now: datetime) -> None:
    """Look through the waiting lists whose turn it is, in a few statements each, and tell what is news."""
    await look_at_programmes(tx, await turns.list_next(tx, limit=MOST_PROGRAMMES), now=now)
    await store.forget_settled(tx)


async def look_at_programmes(tx: AsyncConnection, programmes: Sequence[Programme], *, now: datetime) -> None:
    """Find whom nobody of these programmes could take today, and why; told once for each person and cause.

    Nothing is locked before all is found: nobody waits while it is reckoned. Whoever is no longer alone is forgotten,
    and nothing is told of it: a proposal follows, or none.
    """
    known = {one.referral_id: one for one in await store.list_known(tx, [one.id for one in programmes])}
    looked: list[Programme] = []
    found: list[tuple[Unplaceable, bool]] = []
    left, alone = MOST_PAIRS, set[UUID]()
    for programme in programmes:
        if left <= 0:
            break
        given = await rounds.get_waiting_list(tx, programme, clock.today(now))
        before = {one.referral_id: one.looked_at for one in known.values() if one.programme_id == programme.id}
        lonely = await asyncio.to_thread(find_lonely, given, before, today=clock.today(now), most=left)
        left -= lonely.asked + len(given.people) * len(given.supporters) // AT_ONCE
        alone |= lonely.everybody
        looked.append(programme)
        found += [look_at(known.get(who.id), who, cause, now=now) for who, cause in lonely.causes]
    waiting = await store.lock_waiting(tx, [one.referral_id for one, _ in found])
    found = [(one, news) for one, news in found if one.referral_id in waiting]
    ids = {one.id for one in looked}
    placed = [one.referral_id for one in known.values() if one.programme_id in ids and one.referral_id not in alone]
    await store.save(tx, [one for one, _ in found], placed=placed)
    await turns.note_looked(tx, looked, now)
    await outgoing.tell_unplaceable(tx, [one for one, news in found if news], now=now)
