"""What the tests of referrals ask for."""

from typing import Any, cast

import httpx
import pytest

from kith_referrals.domain.network import Programme
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.referrals.directory import open_cafe
from tests.referrals.forms import Clock
from tests.referrals.world import World


@pytest.fixture
async def world(database_of: DatabaseOf) -> World:
    """A small network in a database of its own."""
    return await World.made(await database_of("referrals"))


@pytest.fixture
async def cafe(world: World) -> Programme:
    """A programme of the network's of which the directory says everything."""
    return await open_cafe(world)


@pytest.fixture
async def client(world: World, http_of: HttpOf) -> httpx.AsyncClient:
    """The service, over HTTP."""
    return await http_of("referrals", world.database)


@pytest.fixture
def referrer(world: World, as_caller: AsCaller) -> httpx.Auth:
    """Somebody who refers."""
    return as_caller("referrer", organisation_id=world.referrer.id)


@pytest.fixture
def coordinator(world: World, as_caller: AsCaller) -> httpx.Auth:
    """Somebody of the organisation that owns the programme."""
    return as_caller("coordinator", organisation_id=world.host.id)


@pytest.fixture
def operator(as_caller: AsCaller) -> httpx.Auth:
    """Somebody who runs the network."""
    return as_caller("operator")


@pytest.fixture
def clock() -> Clock:
    """What time it is for whoever asks ``clocked``."""
    return Clock()


@pytest.fixture
async def clocked(world: World, http_of: HttpOf, clock: Clock) -> httpx.AsyncClient:
    """The service over HTTP, by the test's clock."""
    client = await http_of("referrals", world.database)
    cast("Any", client._transport).app.state.now = clock
    return client
