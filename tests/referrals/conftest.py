"""What the tests of referrals ask for."""

import pytest

from tests.conftest import DatabaseOf
from tests.referrals.world import World


@pytest.fixture
async def world(database_of: DatabaseOf) -> World:
    """A small network in a database of its own."""
    return await World.made(await database_of("referrals"))
