"""A service inside the tests' own process: the app that its process would serve, without the process."""

import copy
from base64 import b64encode
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from secrets import token_bytes
from typing import Any, Final

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import State

from kith_chassis import clock
from kith_chassis.commands import PARTS
from kith_chassis.database import Database
from kith_chassis.identity import Verifier
from kith_chassis.process import application
from kith_chassis.received import Received
from kith_chassis.refusals import Refusal
from kith_chassis.running import Running
from kith_chassis.service import Service
from kith_chassis.settings import ServiceSettings

OWN_SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "notifications": {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_tls": "none", "mail_from": "kith@example.org"},
}
"""What a service must be told beyond what every service is; it leads nowhere."""
SEALING_KEY: Final = b64encode(token_bytes(32)).decode()
"""What seals texts in this run of the tests; in no database, as it should be."""

_Kind = tuple[str, tuple[tuple[str, Any], ...]]
_KINDS: Final[dict[int, _Kind]] = {}
"""Of services that stand now: which, and its settings but for where its database is."""
_PUT_TOGETHER: Final[dict[_Kind, FastAPI]] = {}


class Bearer(httpx.Auth):
    """A token on every request."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Put it there."""
        request.headers["Authorization"] = self._header
        yield request


def settings_kind(name: str) -> type[ServiceSettings]:
    """The settings of service ``name``; its own kind where it has one."""
    if find_spec(f"kith_{name}.settings") is None:
        return ServiceSettings
    kind: type[ServiceSettings] = import_module(f"kith_{name}.settings").Settings
    return kind


@asynccontextmanager
async def built(name: str, settings: ServiceSettings, database: Database) -> AsyncIterator[Service]:
    """Service ``name`` as its ``main`` builds it."""
    service: Service = import_module(f"kith_{name}.main").build(settings, database)
    said = settings.model_dump(exclude={"database_url"}).items()
    _KINDS[id(service)] = name, tuple((key, one if isinstance(one, SecretStr) else repr(one)) for key, one in said)
    try:
        yield service
    finally:
        del _KINDS[id(service)]
        for close in service.close:
            await close()


@asynccontextmanager
async def served(
    service: Service,
    settings: ServiceSettings,
    database: Database,
    issuer: httpx.AsyncBaseTransport,
) -> AsyncIterator[FastAPI]:
    """The service's app, with its operators' routes, as a process of all parts has it.

    To put a hundred routes together takes longer than most tests. A service as it was `built` is put together once in a
    process for the same settings; every test gets a copy with a state of its own. One that was changed is not shared.
    """
    running = Running(
        name=service.name,
        replica=settings.replica,
        parts=frozenset(PARTS),
        database=database,
        on_facts=service.on_facts or _hear_nothing,
        refusals=(Refusal, *service.refusals),
        replay=service.replay,
        audits=service.audits,
        holds=service.holds,
    )
    verifier = Verifier(settings, transport=issuer)
    try:
        kind = _KINDS.get(id(service))
        if kind is None:
            yield application(service, settings, running, verifier)
            return
        if kind not in _PUT_TOGETHER:
            _PUT_TOGETHER[kind] = application(service, settings, running, verifier)
        app = copy.copy(_PUT_TOGETHER[kind])
        app.state = State({"database": database, "running": running, "verifier": verifier, "now": clock.now})
        yield app
    finally:
        await verifier.close()


async def _hear_nothing(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """What a service does that hears nothing."""
