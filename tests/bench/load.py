"""A cheap source of creates in a process of its own: raw HTTP/1.1 over connections that stay open.

``python -m tests.bench.load`` reads a ``Plan`` as JSON and prints what it saw as JSON. Every request has a new
Idempotency-Key, and a referral a new person; their bytes are put together from pieces made once.
"""

import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop

from kith_chassis import clock

WARM_UP = 0.5
"""Seconds of asking that do not count."""
POLL = 0.002
"""Seconds between two looks whether a referral is visible."""
MARK = "@" * 12
"""Where a body has it, each request has another number."""
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
ID = re.compile(rb'"id": ?"([0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of whom. With a ``rate`` (requests a second) a referral is followed until ``query`` finds it."""

    port: int
    token: str
    bodies: tuple[str, ...]
    seconds: float
    path: str = "/referrals"
    connections: int = 16
    rate: float | None = None
    url: str = ""
    query: str = ""


def a_referral(programme_id: str) -> str:
    """The body of a referral, of which each request has a person of its own."""
    today = clock.today(clock.now()).isoformat()
    body = {
        "person": {
            "given_name": "Test",
            "family_name": f"Testwell-{MARK}",
            "birth_date": "1961-04-12",
            "postcode": "EH16 5XX",
            "email": "person@example.org",
            "telephone": "07700 900123",
            "contact_by": ["email", "telephone"],
            "language": "en",
        },
        "programme_id": programme_id,
        "source": "professional",
        "received_on": today,
        "needs": ["isolation", "low-mood"],
        "conditions": ["copd"],
        "channels": ["in-person", "telephone"],
        "notes": "Prefers the morning.",
        "consent": {"given": True, "recorded_on": today, "how": "spoken", "wording_version": "2026-1"},
    }
    return json.dumps(body)


class Requests:
    """Requests that differ in the key, and in a number wherever their body has the mark; bodies come in turn."""

    def __init__(self, plan: Plan) -> None:
        head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nAuthorization: Bearer {plan.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: {}\r\nIdempotency-Key: "
        )
        self._pieces = cycle((head.format(len(text)).encode(), *_around(text)) for text in plan.bodies)
        self._number = uuid4().int % 10**12

    def another(self) -> bytes:
        """The next one."""
        self._number = (self._number + 1) % 10**12
        head, before, mark, after = next(self._pieces)
        number = b"%012d" % self._number if mark else b""
        return b"%s%s\r\n\r\n%s%s%s" % (head, uuid4().hex.encode(), before, number, after)


def _around(text: str) -> tuple[bytes, bytes, bytes]:
    before, mark, after = text.encode().partition(MARK.encode())
    return before, mark, after


class Connection(asyncio.Protocol):
    """One connection that stays open: a request goes out, its whole answer comes in, then the next."""

    def __init__(self, answered: Callable[["Connection", bytes], None]) -> None:
        self._answered = answered
        self._transport: asyncio.Transport | None = None
        self._came = b""

    def connection_made(self, transport: Any) -> None:
        """It is open."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Some of an answer, or all of it."""
        self._came += data
        head = self._came.find(b"\r\n\r\n")
        length = LENGTH.search(self._came, 0, head + 2)
        if head < 0 or length is None or len(self._came) < head + 4 + int(length[1]):
            return
        answer, self._came = self._came, b""
        self._answered(self, answer)

    def ask(self, request: bytes) -> None:
        """Send the next request; the answer to the one before has come."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the connection was closed")
        self._transport.write(request)

    def close(self) -> None:
        """No more."""
        if self._transport is not None:
            self._transport.close()


def made(answer: bytes) -> UUID:
    """The id of the referral that was made. Raises ``RuntimeError`` for any other answer."""
    found = ID.search(answer)
    if not answer.startswith(b"HTTP/1.1 201") or found is None:
        raise RuntimeError(answer.decode("latin-1"))
    return UUID(found[1].decode())


async def _connect(plan: Plan, answered: Callable[[Connection, bytes], None]) -> list[Connection]:
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Connection(answered), "127.0.0.1", plan.port)
        for _ in range(plan.connections)
    ]
    return [connection for _, connection in opened]


async def saturate(plan: Plan) -> dict[str, Any]:
    """Ask as fast as answers come, on every connection. Answers a second."""
    requests, count, failed = Requests(plan), 0, asyncio.get_running_loop().create_future()

    def answered(connection: Connection, answer: bytes) -> None:
        nonlocal count
        if answer.startswith(b"HTTP/1.1 201"):
            count += 1
            connection.ask(requests.another())
        elif not failed.done():
            failed.set_exception(RuntimeError(answer.decode("latin-1")))

    connections = await _connect(plan, answered)
    for connection in connections:
        connection.ask(requests.another())
    await asyncio.wait([failed], timeout=WARM_UP)
    before, begun = count, time.perf_counter()
    await asyncio.wait([failed], timeout=plan.seconds)
    rate = (count - before) / (time.perf_counter() - begun)
    for connection in connections:
        connection.close()
    if failed.done():
        failed.result()
    return {"rate": rate}


async def steady(plan: Plan) -> dict[str, Any]:
    """Ask at a steady rate, and see how long after its answer each referral becomes visible. Times in milliseconds.

    Where every connection waits for an answer, as a process that has just begun may have it, asking waits for one.
    Looking is planned once, for what looks shares two processors with what it looks at.
    """
    requests, waiting, idle = Requests(plan), dict[UUID, float](), list[Connection]()
    taken: list[float] = []

    def answered(connection: Connection, answer: bytes) -> None:
        waiting[made(answer)] = time.perf_counter()
        idle.append(connection)

    database = await asyncpg.connect(plan.url, server_settings={"plan_cache_mode": "force_generic_plan"})
    look = await database.prepare(plan.query)
    idle += await _connect(plan, answered)
    total, asked, begun = round(plan.rate * plan.seconds) if plan.rate else 0, 0, time.perf_counter()
    while len(taken) < total:
        while asked < total and idle and time.perf_counter() >= begun + asked / (plan.rate or 1):
            idle.pop(0).ask(requests.another())
            asked += 1
        if waiting:
            found = await look.fetch(list(waiting))
            seen = time.perf_counter()
            taken += [(seen - waiting.pop(row[0])) * 1000 for row in found]
        if time.perf_counter() - begun > plan.seconds + 60:
            raise TimeoutError(f"{total - len(taken)} referrals never became visible")
        await asyncio.sleep(POLL)
    for connection in idle:
        connection.close()
    await database.close()
    cuts = statistics.quantiles(taken, n=100)
    return {"p50": cuts[49], "p90": cuts[89], "p99": cuts[98], "most": max(taken)}


async def run(plan: Plan) -> dict[str, Any]:
    """Carry the plan out in another process. Raises ``RuntimeError`` with what it said when it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    said, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    if process.returncode:
        raise RuntimeError("the load failed")
    seen: dict[str, Any] = json.loads(said)
    return seen


if __name__ == "__main__":
    given = Plan(**json.load(sys.stdin))
    print(json.dumps(uvloop.run(saturate(given) if given.rate is None else steady(given))))
