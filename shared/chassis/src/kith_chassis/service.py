"""All that a service is to the chassis: its routes and who may call them, its ear, and what it does by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.health import Heartbeat
from kith_chassis.holdings import Holds
from kith_chassis.received import OnFacts
from kith_chassis.replay import Replay


@dataclass(frozen=True, slots=True)
class Timer:
    """What falls due: run every so often, in a transaction that sees the network, by one process at a time."""

    name: str
    every: timedelta
    run: Callable[[AsyncConnection, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Loop:
    """Work with a rhythm of its own, such as sending mail. It beats, handles its own faults, and ends on the event."""

    name: str
    run: Callable[[Heartbeat, asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Service:
    """All that a service is to the chassis. ``permissions`` names, for every route's function, the roles that may call.

    ``refusals`` gives each family of refusals its HTTP status; the same classes are refusals to the inbox. ``audits``
    says that its migrations have installed the audit, which is then sealed beside its timers. ``longer_bodies`` gives
    the paths that take longer bodies than others, and how long (bytes). ``holds`` answers what it holds about people.
    """

    name: str
    router: APIRouter
    permissions: Mapping[str, frozenset[str]]
    refusals: Mapping[type[Exception], int]
    hears: tuple[str, ...] = ()
    on_facts: OnFacts | None = None
    timers: tuple[Timer, ...] = ()
    loops: tuple[Loop, ...] = ()
    replay: Replay | None = None
    audits: bool = False
    longer_bodies: Mapping[str, int] = field(default_factory=dict)
    holds: Holds | None = None
    close: tuple[Callable[[], Awaitable[None]], ...] = ()
