"""A round over a whole waiting list: load it, find the best list, keep what is shown of it."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.referral import Programme
from kith_matching.domain.round import PolicyOutOfRange, Round, RoundRefused, RoundUnproved
from kith_matching.solving.holding import hold
from kith_matching.solving.problem import ProblemOutOfRangeError
from kith_matching.solving.solve import UnsolvedError
from kith_matching.store import referrals, rounds, turns

TRIED_AGAIN: Final = timedelta(days=1)
"""After a round was refused, it is not tried again before: others have their turn."""

log = logging.getLogger(__name__)


async def hold_round(tx: AsyncConnection, programme_id: UUID, organisation_id: UUID, *, now: datetime) -> Round:
    """Hold a round of the organisation's programme now. Raises ``ProgrammeNotFound`` and ``RoundRefused``.

    What it finds is shown with every waiting referral's candidates until the next round. Reckoning takes seconds for
    thousands of people, in a thread, so that others are answered meanwhile.
    """
    return await _hold(tx, await referrals.get_programme(tx, programme_id, organisation_id), now)


async def hold_due_round(tx: AsyncConnection, now: datetime) -> None:
    """Hold the round that is overdue longest, if one is: one programme a transaction, the next at the next tick.

    A round that cannot be held stops no others: it is on the record and in the log, by code, and tried again in a day.
    """
    programme = await turns.find_due_round(tx, today=clock.today(now), refused_before=now - TRIED_AGAIN)
    if programme is None:
        return
    try:
        await _hold(tx, programme, now)
    except RoundRefused as refused:
        await turns.note_refused(tx, programme, refused.code, now)
        await audit.record(tx, Entry("round-refused", "programme", programme.id, (refused.code,)), now=now)
        log.warning("a round was refused", extra={"programme_id": programme.id, "code": refused.code})


async def _hold(tx: AsyncConnection, programme: Programme, now: datetime) -> Round:
    await rounds.wait_for_turn(tx, programme)
    given = await rounds.get_waiting_list(tx, programme)
    try:
        held, left = await asyncio.to_thread(hold, given, round_id=clock.new_id(), now=now, today=clock.today(now))
    except ProblemOutOfRangeError as error:
        raise PolicyOutOfRange from error
    except UnsolvedError as error:
        raise RoundUnproved from error
    await rounds.save_round(tx, held, left)
    await audit.record(tx, Entry("round-held", "programme", programme.id), now=now)
    return held
