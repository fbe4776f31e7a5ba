"""Interpreters are booked and cancelled by whoever organises, and cancelled with what stops."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.interpreting import Interpreter, Wanted, book, cancel
from kith_matching.domain.referral import check_remembered
from kith_matching.store import interpreting as store
from kith_matching.store import matches, referrals


async def book_interpreter(tx: AsyncConnection, match_id: UUID, wanted: Wanted, *, now: datetime) -> Interpreter:
    """Book an interpreter for a match. Raises ``MatchNotFound``, ``PersonErased``, and as ``book``."""
    seen = await matches.get_match(tx, match_id)
    referral = await referrals.get_referral_for_update(tx, seen.referral_id)
    check_remembered(referral)
    match = await matches.get_match_for_update(tx, match_id)
    booking = book(match, referral, wanted, booking_id=clock.new_id(), now=now)
    await store.insert_interpreter(tx, booking)
    await audit.record(tx, Entry("interpreter-booked", "match", match_id), now=now)
    return booking


async def cancel_interpreter(tx: AsyncConnection, booking_id: UUID, *, now: datetime) -> Interpreter:
    """Cancel a booking. Raises ``InterpreterNotFound`` and ``BookingOver``."""
    cancelled = cancel(await store.get_interpreter_for_update(tx, booking_id), now=now)
    await store.save_cancelled(tx, [cancelled])
    await audit.record(tx, Entry("interpreter-cancelled", "match", cancelled.match_id), now=now)
    return cancelled


async def cancel_coming_to(tx: AsyncConnection, referral_ids: Collection[UUID], *, now: datetime) -> None:
    """Cancel the bookings to come of referrals whose support stops. They are locked."""
    cancelled = [cancel(one, now=now) for one in await store.list_coming_for_update(tx, referral_ids, now=now)]
    await store.save_cancelled(tx, cancelled)
    await audit.record(tx, *(Entry("interpreter-cancelled", "match", one.match_id) for one in cancelled), now=now)
