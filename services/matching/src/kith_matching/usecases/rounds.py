"""A round over a whole waiting list: load it, find the best list, keep what is shown of it."""

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.round import PolicyOutOfRange, Round
from kith_matching.solving.holding import hold
from kith_matching.solving.problem import ProblemOutOfRangeError
from kith_matching.store import referrals, rounds


async def hold_round(tx: AsyncConnection, programme_id: UUID, organisation_id: UUID, *, now: datetime) -> Round:
    """Hold a round of the organisation's programme now. Raises ``ProgrammeNotFound`` and ``PolicyOutOfRange``.

    What it finds is shown with every waiting referral's candidates until the next round. Reckoning takes seconds for
    thousands of people, in a thread, so that others are answered meanwhile.
    """
    programme = await referrals.get_programme(tx, programme_id, organisation_id)
    given = await rounds.get_waiting_list(tx, programme, clock.today(now))
    try:
        held, left = await asyncio.to_thread(hold, given, round_id=clock.new_id(), now=now, today=clock.today(now))
    except ProblemOutOfRangeError as error:
        raise PolicyOutOfRange from error
    await rounds.save_round(tx, held, left)
    await audit.record(tx, Entry("round-held", "programme", programme_id), now=now)
    return held
