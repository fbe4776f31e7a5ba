"""A supporter moves along their path, begins a step and finishes it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_matching import outgoing
from kith_matching.domain.path import Destination, Path, Step, after, begin, finish, move
from kith_matching.domain.supporter import SupporterState
from kith_matching.domain.suspension import check_may_move
from kith_matching.store import path as paths
from kith_matching.store import supporters, suspensions
from kith_matching.usecases.stopping import cancel_what_is_coming

Decide = Callable[[Path], tuple[Step, ...]]


async def read_path(tx: AsyncConnection, supporter_id: UUID, *, now: datetime) -> Path:
    """The supporter's path. Raises ``SupporterNotFound``, and then nothing is recorded."""
    path = await paths.get_path(tx, await supporters.get_supporter(tx, supporter_id))
    await audit.record(tx, Entry("supporter-steps-read", "supporter", supporter_id), now=now)
    return path


async def move_supporter(
    tx: AsyncConnection,
    supporter_id: UUID,
    to: SupporterState,
    *,
    on: date,
    destination: Destination | None,
    now: datetime,
) -> Path:
    """Move a supporter to another state on a day, and tell it. Raises ``PathRefused`` as ``domain.path.move``.

    Who is suspended may only rest or leave. Who rests or leaves visits nobody: the visits to come are cancelled.
    """

    def decide(path: Path) -> tuple[Step, ...]:
        return move(path, to, on=on, today=clock.today(now), step_id=clock.new_id(), destination=destination)

    return await _go_on(tx, supporter_id, decide, Entry("supporter-moved", "supporter", supporter_id, (to,)), now)


async def begin_step(tx: AsyncConnection, supporter_id: UUID, step: str, *, on: date, now: datetime) -> Path:
    """A step begins on a day. Raises ``PathRefused`` as ``domain.path.begin``."""

    def decide(path: Path) -> tuple[Step, ...]:
        return (begin(path, step, on=on, today=clock.today(now), step_id=clock.new_id()),)

    return await _go_on(tx, supporter_id, decide, Entry("supporter-step-begun", "supporter", supporter_id), now)


async def finish_step(tx: AsyncConnection, supporter_id: UUID, step: str, *, on: date, now: datetime) -> Path:
    """A step is finished on a day. Raises ``PathRefused`` as ``domain.path.finish``."""

    def decide(path: Path) -> tuple[Step, ...]:
        return (finish(path, step, on=on, today=clock.today(now)),)

    return await _go_on(tx, supporter_id, decide, Entry("supporter-step-finished", "supporter", supporter_id), now)


async def _go_on(tx: AsyncConnection, supporter_id: UUID, decide: Decide, entry: Entry, now: datetime) -> Path:
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    path = await paths.get_path(tx, supporter)
    changes = decide(path)
    await paths.save_steps(tx, changes)
    gone = after(path, changes)
    await audit.record(tx, entry, now=now)
    if gone.state is not supporter.state:
        check_may_move(await suspensions.find_last_suspension(tx, supporter_id), gone.state)
        changed = replace(supporter, state=gone.state, version=supporter.version + 1)
        await supporters.save_supporter(tx, changed)
        await cancel_what_is_coming(tx, changed, now=now)
        await outgoing.tell_changed(tx, changed, now=now)
    return gone
