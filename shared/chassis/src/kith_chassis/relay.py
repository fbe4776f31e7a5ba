"""Carries the outbox to Kafka: in order, at least once, one active relay to a database.

The relay owns one connection outside the pool. The advisory lock, LISTEN, select and delete all run on it, so a relay
that loses its lock has lost its connection and can neither read nor delete.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from kith_chassis import broker, telemetry
from kith_chassis.database import SESSION, address, is_fault
from kith_chassis.health import Heartbeat
from kith_chassis.settings import ServiceSettings
from kith_contracts import wire
from kith_contracts.registry import BY_TYPE

log = logging.getLogger(__name__)

LOCK: Final = 0x4B697468  # "Kith"
BATCH: Final = 2000
POLL: Final = 0.5
"""Seconds between looks when nobody notifies: notifications are lost while a connection is."""
BEAT: Final = 2.0
"""Seconds between heartbeat rows of the active relay, and between a standby's attempts to take over."""
SILENCE: Final = 30.0
"""Seconds of silence after which a standby ends the active relay's connection: it was stopped, not killed."""

_SELECT: Final = (
    "select id, event_id, type, subject, occurred_at, traceparent, tracestate, payload"
    f" from outbox order by id limit {BATCH}"
)
_DELETE: Final = "delete from outbox where id = any($1::bigint[])"
_BEAT: Final = (
    "insert into relay_heartbeat (pid, beaten_at) values (pg_backend_pid(), clock_timestamp())"
    " on conflict (only_row) do update set pid = excluded.pid, beaten_at = excluded.beaten_at"
)
_END_SILENT: Final = (
    "select pg_terminate_backend(pid) from relay_heartbeat"
    " where beaten_at < clock_timestamp() - make_interval(secs => $1) and pid in ("
    "  select pid from pg_locks where locktype = 'advisory' and granted"
    "  and database = (select oid from pg_database where datname = current_database())"
    "  and classid = 0 and objid = $2)"
)
_DEPTH: Final = (
    "select count(*), coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)::float8 from outbox"
)


class Relay:
    """One process's relay: active when it holds the lock, on standby when another does."""

    def __init__(self, settings: ServiceSettings, heartbeat: Heartbeat) -> None:
        self._settings = settings
        self._heartbeat = heartbeat
        self._wake = asyncio.Event()
        self._producer: AIOKafkaProducer | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until ``stop``. Faults of database and broker are retried with back-off, for ever."""
        pause = 0.1
        while not stop.is_set():
            try:
                await self._one_connection(stop)
                pause = 0.1
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_fault(error)):
                    raise
                telemetry.count("kith.relay.faults")
                log.warning("relay lost its connection and begins anew", extra={"fault": type(error).__name__})
                self._heartbeat.beat(f"waiting for the database or the broker ({type(error).__name__})")
                await _sleep(stop, pause)
                pause = min(pause * 2, 5.0)
            finally:
                await self._drop_producer()

    async def _one_connection(self, stop: asyncio.Event) -> None:
        url, tls = address(self._settings.database_url.get_secret_value(), self._settings)
        connection = await asyncpg.connect(
            url, ssl=tls, timeout=10, command_timeout=60, server_settings=SESSION | {"application_name": "kith-relay"}
        )
        try:
            while not stop.is_set() and not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                if await connection.fetch(_END_SILENT, SILENCE, LOCK):
                    log.warning("the active relay was silent; its connection was ended")
                self._heartbeat.beat()
                await _sleep(stop, BEAT)
            if not stop.is_set():
                await connection.add_listener("kith_outbox", lambda *_: self._wake.set())
                await self._send_until(stop, connection)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=5)
            connection.terminate()

    async def _send_until(self, stop: asyncio.Event, connection: Any) -> None:
        clock = asyncio.get_running_loop().time
        beaten = -BEAT
        while not stop.is_set():
            self._wake.clear()
            rows = await connection.fetch(_SELECT)
            if rows:
                await self._send(rows)
                await connection.execute(_DELETE, [row["id"] for row in rows])
                telemetry.count("kith.relay.sent", len(rows))
            if clock() - beaten >= BEAT:
                beaten = clock()
                await connection.execute(_BEAT)
                self._heartbeat.beat()
                depth, age = await connection.fetchrow(_DEPTH)
                telemetry.gauge("kith.outbox.depth", depth)
                telemetry.gauge("kith.outbox.oldest", age)
            if len(rows) < BATCH:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._wake.wait()

    async def _send(self, rows: Sequence[Any]) -> None:
        """Send all rows, in order, and wait for all. Any failure throws the producer away (see ``run``)."""
        if self._producer is None:
            self._producer = broker.producer(self._settings)
            await self._producer.start()
        sent = []
        for row in rows:
            contract = BY_TYPE[row["type"]]
            subject = row["subject"]
            headers = wire.headers(
                contract,
                id=row["event_id"],
                subject=subject,
                time=row["occurred_at"],
                traceparent=row["traceparent"],
                tracestate=row["tracestate"],
            )
            key = subject.rpartition("/")[2].encode()
            sent.append(await self._producer.send(contract.topic, row["payload"], key, headers=headers))
        for answer in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(producer.stop(), 5)
            with contextlib.suppress(Exception):
                await producer.client.close()


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
