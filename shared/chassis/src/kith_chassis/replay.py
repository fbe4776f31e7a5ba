"""A replay: what a service made of its facts is built again from the log, beside what is read, and takes its place.

A reader without a group goes from the beginning of the log to its end, past the inbox, and hands every fact once to the
service, which writes it into spare tables; ``rebuilding`` says how nothing is lost that comes meanwhile.

One replay runs at a time, whatever the number of processes: a row names the run, every transaction of the run touches
it, and a run that finds another's name there, because it was silent too long, changes nothing any more.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from kith_chassis import broker, clock
from kith_chassis.database import Database
from kith_chassis.rebuilding import UNCHANGED, Rebuild, Run, State
from kith_chassis.refusals import Refusal
from kith_chassis.schema import Operations
from kith_chassis.settings import ServiceSettings

__all__ = ["Rebuild", "Replay", "ReplayUnderWay", "install_replay"]

log = logging.getLogger(__name__)

SILENCE: Final = 60
"""Seconds without a sign of life after which another run may begin."""

TABLES: Final = (
    """
    create table replay_run (
        only_row boolean primary key default true check (only_row),
        run uuid,
        beaten_at timestamptz
    )
    """,
    "insert into replay_run default values",
    # Which facts this run has taken. Unlogged: after a crash of the server a replay starts anew anyway.
    "create unlogged table replayed (event_id uuid primary key)",
    # A service owns nothing, so it cannot truncate.
    """
    create function empty_replayed() returns void language sql security definer set search_path = public, pg_temp as
    $$ truncate replayed $$
    """,
)

_BEGIN: Final = sa.text(
    "update replay_run set run = :run, beaten_at = clock_timestamp() where only_row ="
    " (select only_row from replay_run where run is null or beaten_at < clock_timestamp()"
    f" - interval '{SILENCE} s' for update skip locked) returning run"
)
_END: Final = sa.text("update replay_run set run = null where run = :run")


def install_replay(op: Operations) -> None:
    """Make the tables of a service that can replay, beside those of ``install_v1``. Never changes once released."""
    for statement in TABLES:
        op.execute(statement)


class ReplayUnderWay(Refusal):
    """One replay at a time."""

    code = "replay-under-way"


class Replay:
    """One service's replay. States: ``never-run``, ``running``, ``done``, ``refused``, ``failed``, ``stopped``."""

    def __init__(self, settings: ServiceSettings, database: Database, topics: Sequence[str], rebuild: Rebuild) -> None:
        self._settings = settings
        self._database = database
        self._topics = tuple(topics)
        self._rebuild = rebuild
        self._state = State()
        self._task: asyncio.Task[None] | None = None

    def state(self) -> dict[str, Any]:
        """How far the replay that this process began is, or how the last one ended."""
        return asdict(self._state)

    async def start(self) -> None:
        """Begin, and come back at once. Raises ``ReplayUnderWay`` when one runs, in whatever process."""
        run = clock.new_id()
        async with self._database.network_transaction() as tx:
            if (await tx.execute(_BEGIN, {"run": run})).first() is None:
                raise ReplayUnderWay("A replay is under way already; wait until it has ended.")
        self._state = State("running", started_at=clock.now())
        self._task = asyncio.create_task(self._run(run), name="replay")

    async def wait(self) -> None:
        """Come back when the replay that this process began has ended, however it did."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Give up a replay that runs; what is read is as it was."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, run: UUID) -> None:
        state = self._state
        log.info("replay begins", extra={"run": str(run)})
        try:
            consumer = broker.reader(self._settings, *self._topics)
            try:
                await consumer.start()
                await Run(run, consumer, self._database, self._rebuild, state).rebuild()
            finally:
                await consumer.stop()
            state.state = "done"
        except Refusal as refusal:
            state.state, state.code, state.message = "refused", refusal.code, refusal.message
        except asyncio.CancelledError:
            state.state, state.message = "stopped", f"The process was stopped. {UNCHANGED}"
            raise
        except Exception as error:
            log.exception("replay failed")
            state.state, state.code = "failed", "failed"
            state.message = f"{type(error).__name__}: the service's log tells more. {UNCHANGED}"
        finally:
            state.finished_at = clock.now()
            log.info("replay ended", extra={"run": str(run), "state": state.state, "facts": state.facts})
            with contextlib.suppress(sa.exc.SQLAlchemyError, OSError):  # then its silence ends it
                async with self._database.network_transaction() as tx:
                    await tx.execute(_END, {"run": run})
