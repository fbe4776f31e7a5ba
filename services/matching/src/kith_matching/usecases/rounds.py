"""A round over a whole waiting list: load it, find the best list, keep what is shown of it."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.helpful import Helpful
from kith_matching.domain.referral import Programme
from kith_matching.domain.replay import Replayed
from kith_matching.domain.round import PolicyOutOfRange, Round, RoundRefused, RoundUnproved
from kith_matching.solving.holding import helpful_of, hold, replay
from kith_matching.solving.problem import ProblemOutOfRangeError
from kith_matching.solving.solve import Solver, UnsolvedError
from kith_matching.store import kept, referrals, rounds, turns

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


async def replay_round(tx: AsyncConnection, round_id: UUID, solver: Solver | None, *, now: datetime) -> Replayed:
    """Solve a round again from what was kept of it, and say whether it comes out the same.

    Raises ``RoundNotFound``, ``InputNotKept``, ``SolverMissing`` and ``RoundUnproved``. Nothing is changed.
    """
    held = await rounds.get_round(tx, round_id)
    input_ = await kept.get_input(tx, round_id)
    try:
        replayed = await asyncio.to_thread(replay, held, input_, solver)
    except UnsolvedError as error:
        raise RoundUnproved from error
    await audit.record(tx, Entry("round-replayed", "round", round_id), now=now)
    return replayed


async def find_most_helpful(tx: AsyncConnection, round_id: UUID, *, most: int, now: datetime) -> Helpful:
    """Which places, and which kinds of supporter, would help most of those whom a round left without anybody.

    Raises ``RoundNotFound`` and ``InputNotKept``. What people told is as it is known now: of the erased, nothing.
    """
    await rounds.get_round(tx, round_id)
    input_ = await kept.get_input(tx, round_id)
    people = await referrals.list_remembered(tx, input_.referral_ids)
    helpful = await asyncio.to_thread(helpful_of, input_, people, most=most)
    await audit.record(tx, Entry("most-helpful-read", "round", round_id), now=now)
    return helpful


async def _hold(tx: AsyncConnection, programme: Programme, now: datetime) -> Round:
    await rounds.wait_for_turn(tx, programme)
    given = await rounds.get_waiting_list(tx, programme, clock.today(now))
    declined = await rounds.count_declined(tx, programme)
    work = partial(hold, given, round_id=clock.new_id(), now=now, today=clock.today(now), declined=declined)
    try:
        held, left, input_, report = await asyncio.to_thread(work)
    except ProblemOutOfRangeError as error:
        raise PolicyOutOfRange from error
    except UnsolvedError as error:
        raise RoundUnproved from error
    await rounds.save_round(tx, held, left)
    await kept.keep(tx, held, input_, report)
    await audit.record(tx, Entry("round-held", "programme", programme.id), now=now)
    return held
