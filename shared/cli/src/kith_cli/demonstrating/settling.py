"""Waiting until everything that was told has been heard, and everything that follows from it is done."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from kith_cli.cannot import CannotRun
from kith_cli.demonstrating.asking import Askers, together
from kith_cli.installation import SERVICES

LOOK: Final = 0.2
STILL: Final = 2
"""So many looks one after the other must find the same rest: what a service hears, it may tell of a moment later."""
PATIENCE: Final = 60.0
"""Seconds in which something must move."""

Waiting = dict[str, int]
"""How much is left to do, by what it is."""


async def settle(askers: Askers, say: Callable[[str], None] = lambda _: None, *, patience: float = PATIENCE) -> None:
    """Wait until nothing is left to send, to hear or to deliver. ``CannotRun`` says what does not move."""
    still, before = 0, (-1, {"": -1})
    moved_at = said_at = time.monotonic()
    while still < STILL:
        now = await _look(askers)
        waiting = now[1]
        still = still + 1 if now == before and not waiting else 0
        at = time.monotonic()
        if now != before:
            moved_at = at
        if waiting and at - moved_at > patience:
            left = ", ".join(f"{count} {what}" for what, count in waiting.items())
            raise CannotRun(f"Nothing moves any more, and there is left: {left}; `kith doctor` says more.")
        if waiting and at - said_at > patience / 12:
            said_at = at
            say(f"  still waiting: {', '.join(f'{count} {what}' for what, count in waiting.items())}")
        before = now
        await asyncio.sleep(LOOK)


async def _look(askers: Askers) -> tuple[int, Waiting]:
    """How many facts were heard in all, and what is left."""
    operator = askers.operator
    lags = await together([operator.get(name, "/operations/lag") for name in SERVICES])
    healths = await together([operator.get(name, "/operations/health") for name in SERVICES])
    summary = await operator.get("notifications", "/messages/summary")
    waiting: Waiting = {}
    for name, lag, health in zip(SERVICES, lags, healths, strict=True):
        waiting |= {f"facts to be told by {name}": health["outbox"], f"facts to be heard by {name}": lag["total"]}
    unsent = (counted["messages"] for counted in summary["counts"] if counted["state"] in {"pending", "sending"})
    waiting["messages to be sent"] = sum(unsent)
    heard = sum(row["committed"] for lag in lags for row in lag["topics"])
    return heard, {what: count for what, count in waiting.items() if count}
