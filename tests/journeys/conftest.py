"""One run of the demonstration for all tests that look at what it did and what it left."""

import asyncio

import pytest

from tests.journeys.a_run import ARun, a_run
from tests.servers.kafka import Broker
from tests.servers.postgres import Databases


@pytest.fixture(scope="session")
def the_run(broker: Broker, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> ARun:
    """The demonstration, done twice; nothing of it runs any more."""
    return asyncio.run(a_run(broker, databases, tmp_path_factory.mktemp("journeys")))
