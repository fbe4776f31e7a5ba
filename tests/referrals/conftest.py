"""What the tests of referrals ask for."""

import pytest

from kith_referrals.domain.network import Programme
from tests.conftest import DatabaseOf
from tests.referrals.directory import open_cafe
from tests.referrals.world import World


@pytest.fixture
async def world(database_of: DatabaseOf) -> World:
    """A small network in a database of its own."""
    return await World.made(await database_of("referrals"))


@pytest.fixture
async def cafe(world: World) -> Programme:
    """A programme of the network's of which the directory says everything."""
    return await open_cafe(world)
