"""Visits are planned, checked in to, checked out of and cancelled: by the supporter, or by who organises for them."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.refusals import MatchNotFound
from kith_matching.domain.subjects import Speaker, is_theirs
from kith_matching.domain.visit import Visit, VisitNotFound, cancel, check_in, check_out, plan
from kith_matching.store import matches, referrals, supporters
from kith_matching.store import visiting as store


class Move(StrEnum):
    """What becomes of a planned visit."""

    CHECK_IN = "checked-in"
    CHECK_OUT = "checked-out"
    CANCEL = "cancelled"


_MOVES: Final[dict[Move, Callable[..., Visit]]] = {
    Move.CHECK_IN: check_in,
    Move.CHECK_OUT: check_out,
    Move.CANCEL: cancel,
}


async def plan_visit(
    tx: AsyncConnection, match_id: UUID, starts_at: datetime, minutes: int, *, by: Speaker, now: datetime
) -> Visit:
    """Plan a visit of a match. Raises ``MatchNotFound``, also for another supporter; ``PersonErased``; as ``plan``."""
    seen = await matches.get_match(tx, match_id)
    if not is_theirs(await supporters.get_supporter(tx, seen.supporter_id), by):
        raise MatchNotFound
    check_remembered(await referrals.get_referral_for_update(tx, seen.referral_id))
    match = await matches.get_match_for_update(tx, match_id)
    visit = plan(match, starts_at, minutes, visit_id=clock.new_id(), now=now)
    await store.insert_visit(tx, visit)
    await audit.record(tx, Entry("visit-planned", "visit", visit.id), now=now)
    return visit


async def move_visit(
    tx: AsyncConnection, visit_id: UUID, move: Move, *, by: Speaker, expected_version: int | None, now: datetime
) -> Visit:
    """Check in to a visit, check out of it, or cancel it. Whoever stands at a door need name no version.

    Raises ``VisitNotFound``, also for another supporter; ``StaleVersion`` where another version was named; and what the
    domain's ``check_in``, ``check_out`` and ``cancel`` do.
    """
    visit = await store.get_visit_for_update(tx, visit_id)
    if not is_theirs(await supporters.get_supporter(tx, visit.supporter_id), by):
        raise VisitNotFound
    if expected_version is not None:
        check_version(visit.version, expected_version, "visit")
    moved = _MOVES[move](visit, now=now)
    await store.save_visit(tx, moved)
    await audit.record(tx, Entry(f"visit-{move}", "visit", visit_id), now=now)
    return moved
