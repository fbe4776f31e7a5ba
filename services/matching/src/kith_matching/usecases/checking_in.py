"""A supporter says how they are, and is shown what that and their load look like together; they are called, too."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching.domain.checking_in import Call, CheckIn, Feeling, Signal, check_called, read_signals
from kith_matching.store import checking_in as store
from kith_matching.store.supervision import hold_supporters


async def check_in(
    tx: AsyncConnection, supporter_id: UUID, feelings: Sequence[Feeling], *, subject: str, shared: bool, now: datetime
) -> CheckIn:
    """Keep what a supporter says of themself. The record says that they did, and not what.

    Raises ``SupporterNotFound`` for whoever is not the supporter.
    """
    organisation_id = await store.speak_as_supporter(tx, supporter_id, subject)
    said = CheckIn(clock.new_id(), supporter_id, organisation_id, subject, now, tuple(dict.fromkeys(feelings)), shared)
    await store.insert_check_in(tx, said)
    await audit.record(tx, Entry("checked-in", "supporter", supporter_id), now=now)
    return said


async def show_signals(tx: AsyncConnection, supporter_id: UUID, *, subject: str, now: datetime) -> tuple[Signal, ...]:
    """The signs that it may be too much, for the supporter alone. Raises ``SupporterNotFound`` for anybody else."""
    await store.speak_as_supporter(tx, supporter_id, subject)
    burden = await store.get_burden(tx, supporter_id, subject, today=clock.today(now), now=now)
    await audit.record(tx, Entry("signals-read", "supporter", supporter_id), now=now)
    return read_signals(burden, today=clock.today(now))


async def log_call(tx: AsyncConnection, call: Call, *, now: datetime) -> Call:
    """Log a coordinator's call to a supporter. Raises ``SupporterNotFound`` and ``InTheFuture``."""
    check_called(call, today=clock.today(now))
    await hold_supporters(tx, [call.supporter_id])
    await store.insert_call(tx, call)
    await audit.record(tx, Entry("supporter-called", "supporter", call.supporter_id, (call.channel,)), now=now)
    return call
