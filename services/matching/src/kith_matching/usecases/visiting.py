"""Visits are planned, checked in to, checked out of and cancelled: by the supporter, or by who organises for them."""

from collections.abc import Callable, Collection, Sequence
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
from kith_matching.domain.visit import (
    RisksNotPassedOn,
    Visit,
    VisitNotFound,
    cancel,
    check_in,
    check_out,
    check_prepared,
    check_visits,
    plan,
)
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
    tx: AsyncConnection,
    match_id: UUID,
    starts_at: datetime,
    minutes: int,
    *,
    by: Speaker,
    now: datetime,
    risks_passed_on: bool = False,
) -> Visit:
    """Plan a visit of a match.

    The referral is locked, then the supporter, then the match: whoever ends it or suspends them comes before, and the
    visit is refused, or after, and finds it. Only who organises says that risks were passed on. Raises
    ``MatchNotFound``, also for another supporter; ``PersonErased``; as ``check_visits``, ``plan`` and
    ``check_prepared``.
    """
    seen = await matches.get_match(tx, match_id)
    if not is_theirs(await supporters.get_supporter(tx, seen.supporter_id), by):
        raise MatchNotFound
    if risks_passed_on and not by.organises:
        raise RisksNotPassedOn
    referral = await referrals.get_referral_for_update(tx, seen.referral_id)
    supporter = await supporters.get_supporter_for_update(tx, seen.supporter_id)
    match = await matches.get_match_for_update(tx, match_id)
    check_visits(supporter)
    visit = plan(match, starts_at, minutes, visit_id=clock.new_id(), now=now, risks_passed_on=risks_passed_on)
    check_remembered(referral)
    prepared = await store.is_prepared(tx, match_id)
    check_prepared(referral, passed_on=risks_passed_on, prepared=prepared)
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


async def cancel_coming_to(tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime) -> None:
    """Cancel the visits to come of referrals whose support stops. They are locked."""
    await _cancel(tx, await store.list_coming_to_for_update(tx, referral_ids, now=now), now=now)


async def cancel_coming_by(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> None:
    """Cancel the visits to come of a supporter who rests, is suspended or has left. They are locked."""
    await _cancel(tx, await store.list_coming_by_for_update(tx, supporter_id, now=now), now=now)


async def _cancel(tx: AsyncConnection, coming: Sequence[Visit], *, now: datetime) -> None:
    cancelled = [cancel(one, now=now) for one in coming]
    await store.save_cancelled(tx, cancelled)
    await audit.record(tx, *(Entry("visit-cancelled", "visit", one.id) for one in cancelled), now=now)
