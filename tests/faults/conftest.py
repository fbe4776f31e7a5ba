"""Networks for fault tests: servers of their own, for no other test survives what is done to them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.faults.network import Network
from tests.servers.folders import open_folder

NetworkOf = Callable[[], Awaitable[Network]]


@pytest.fixture
async def network_of() -> AsyncIterator[NetworkOf]:
    """Stand up Kafka and PostgreSQL with everything in them; the services' processes are yours to start."""
    async with AsyncExitStack() as stack:

        async def network_of() -> Network:
            folder = stack.enter_context(open_folder("kith-faults-"))
            return await stack.enter_async_context(Network(folder).standing())

        yield network_of
