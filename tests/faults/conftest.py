"""Networks for fault tests: servers of their own, for no other test survives what is done to them."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from shutil import rmtree

import pytest

from tests.faults.network import Network

NetworkOf = Callable[[], Awaitable[Network]]


def new_folder() -> Path:
    """A folder that PostgreSQL's account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="kith-faults-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
async def network_of() -> AsyncIterator[NetworkOf]:
    """Stand up Kafka and PostgreSQL with everything in them; the services' processes are yours to start."""
    async with AsyncExitStack() as stack:

        async def network_of() -> Network:
            folder = new_folder()
            stack.callback(rmtree, folder, ignore_errors=True)
            return await stack.enter_async_context(Network(folder).standing())

        yield network_of
