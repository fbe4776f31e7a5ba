"""A service as a process: built by its ``main``, run in parts, drained at SIGTERM.

Health and operations answer in every process, whatever its parts.
"""

import asyncio
import contextlib
import gc
import json
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, http, migrating, operations, telemetry
from kith_chassis.audit import SEALING
from kith_chassis.audit import operations as audit
from kith_chassis.database import Database, is_fault
from kith_chassis.health import Check
from kith_chassis.identity import Verifier
from kith_chassis.inbox import Inbox
from kith_chassis.refusals import Refusal
from kith_chassis.relay import Relay
from kith_chassis.running import Running
from kith_chassis.service import Service, Timer
from kith_chassis.settings import ServiceSettings

log = logging.getLogger(__name__)

_TURN: Final = sa.text("select pg_try_advisory_xact_lock(hashtext('kith.timer'), hashtext(:name))")

S = TypeVar("S", bound=ServiceSettings)
Build = Callable[[S, Database], Service]


def application(service: Service, settings: ServiceSettings, running: Running, verifier: Verifier) -> FastAPI:
    """The service's HTTP side: its routes, the operators', and who may call each."""
    app = http.application(
        name=service.name,
        routers=[*([service.router] if "api" in running.parts else []), operations.router, audit.router],
        permissions={**service.permissions, **operations.PERMISSIONS, **audit.PERMISSIONS},
        refusals={**operations.REFUSALS, **audit.REFUSALS, **service.refusals},
        verifier=verifier,
        body_limit=settings.http_body_limit,
        longer_bodies=service.longer_bodies,
    )
    app.state.database = running.database
    app.state.running = running
    return app


async def print_openapi(build: Build[S], settings: S) -> int:
    """Print the service's OpenAPI document; 0, the process's exit."""
    async with _built(build, settings, frozenset({"api"})) as (service, running, verifier):
        document = application(service, settings, running, verifier).openapi()
    print(json.dumps(document, indent=2))  # noqa: T201  it is what was asked for
    return 0


async def serve(build: Build[S], settings: S, parts: frozenset[str]) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop, 1 when a part failed in a way that is not a fault."""
    async with _built(build, settings, parts) as (service, running, verifier):
        telemetry.set_up(service.name, settings)
        telemetry.observe(
            "kith.loop.age", lambda: [(beat.age, {"loop": beat.name}) for beat in running.health.heartbeats]
        )
        stop = asyncio.Event()
        server = _Server(
            uvicorn.Config(
                application(service, settings, running, verifier),
                host=settings.http_host,
                port=settings.http_port,
                log_config=None,
                access_log=False,
                proxy_headers=False,  # whose X-Forwarded-For counts, the service says that needs it
                lifespan="off",
                timeout_graceful_shutdown=int(settings.graceful_timeout) or 1,
            )
        )
        spare_the_garbage_collector()
        leaving = asyncio.Event()
        for which in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(which, leaving.set)
        tasks = [
            asyncio.create_task(server.serve(), name="http"),
            asyncio.create_task(_work(service, settings, running, stop), name="work"),
        ]
        leave = asyncio.create_task(leaving.wait(), name="leave")
        await asyncio.wait([*tasks, leave], return_when=asyncio.FIRST_COMPLETED)
        failed = not leave.done()
        leave.cancel()
        if not failed:
            log.info("draining", extra={"seconds": settings.drain_seconds})
            running.health.draining = True
            await asyncio.sleep(settings.drain_seconds)
        stop.set()
        server.should_exit = True
        _, late = await asyncio.wait(tasks, timeout=settings.graceful_timeout + 5)
        for task in late:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a part of the process failed", exc_info=outcome)
                failed = True
        telemetry.shut_down()
        return int(failed)


def spare_the_garbage_collector() -> None:
    """Let it look, but less often, and never again at what start-up made (``__main__`` begins without it).

    A batch makes thousands of values that die with it, none in a circle; looking for circles among them took a third of
    an inbox's time at the usual thresholds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@contextlib.asynccontextmanager
async def _built(
    build: Build[S], settings: S, parts: frozenset[str]
) -> AsyncIterator[tuple[Service, Running, Verifier]]:
    database = Database.of(settings)
    service = build(settings, database)
    verifier = Verifier(settings)
    running = Running(
        name=service.name,
        replica=settings.replica,
        parts=parts,
        database=database,
        on_facts=service.on_facts or _nothing,
        refusals=(Refusal, *service.refusals),
        replay=service.replay,
        audits=service.audits,
        holds=service.holds,
    )
    try:
        yield service, running, verifier
    finally:
        for close in (*service.close, verifier.close, database.close):
            await close()


async def _work(service: Service, settings: ServiceSettings, running: Running, stop: asyncio.Event) -> None:
    """The loops of this process's parts, once the database has the shape that the code expects."""
    database_is_ready = running.health.checks["database"] = _database_check(service.name, running.database)
    while not stop.is_set() and await database_is_ready():
        await _pause(stop, 0.5)
    if stop.is_set():
        return
    async with asyncio.TaskGroup() as group:
        for loop in _loops(service, settings, running, stop):
            group.create_task(loop)
        running.health.starting = False


def _loops(
    service: Service, settings: ServiceSettings, running: Running, stop: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    loops: list[Coroutine[Any, Any, None]] = [_until(stop)]
    if "relay" in running.parts:
        loops.append(Relay(settings, running.health.heartbeat("relay")).run(stop))
    if "inbox" in running.parts and service.on_facts is not None:
        running.inbox = Inbox(
            settings,
            running.database,
            running.health.heartbeat("inbox"),
            name=service.name,
            topics=service.hears,
            on_facts=service.on_facts,
            refusals=running.refusals,
        )
        running.health.checks["assignment"] = running.inbox.readiness
        loops.append(running.inbox.run(stop))
    if "timers" in running.parts:
        forget = Timer("forget-idempotency-keys", timedelta(hours=1), http.forget_old_keys)
        timers = (*service.timers, forget, *((SEALING,) if service.audits else ()))
        loops.extend(_keep_time(timer, running, stop) for timer in timers)
        loops.extend(loop.run(running.health.heartbeat(loop.name), stop) for loop in service.loops)
    return loops


def _database_check(name: str, database: Database) -> Check:
    schema = migrating.Schema(name)

    async def check() -> str | None:
        try:
            async with asyncio.timeout(5), database.network_transaction() as tx:
                if schema.is_behind(await migrating.found_revision(tx)):
                    return f"the schema is behind this code: run `python -m kith_{name} migrate`"
        except Exception as error:
            if is_fault(error):
                return f"not reachable ({type(error).__name__})"
            raise
        return None

    return check


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


async def _keep_time(timer: Timer, running: Running, stop: asyncio.Event) -> None:
    """Run a timer's work at its rhythm, in whichever process gets the turn; a fault waits for the next."""
    heartbeat = running.health.heartbeat(timer.name)
    heartbeat.patience += timer.every.total_seconds()
    while not stop.is_set():
        try:
            async with running.database.network_transaction() as tx:
                if (await tx.execute(_TURN, {"name": timer.name})).scalar_one():
                    await timer.run(tx, clock.now())
            heartbeat.beat()
        except Exception as error:
            if not is_fault(error):
                raise
            heartbeat.beat(f"waiting for the database ({type(error).__name__})")
        await _pause(stop, timer.every.total_seconds())


async def _nothing(tx: AsyncConnection, facts: Any) -> None:
    """What a service does that hears nothing."""


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


class _Server(uvicorn.Server):
    """Uvicorn, with the signals left to the process: it drains before it stops listening."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave the signals to ``serve``."""
        yield
