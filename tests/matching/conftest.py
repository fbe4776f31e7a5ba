"""What the matching service's tests share."""

from collections.abc import Iterator

import pytest

from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.matching.desk import Desk
from tests.matching.stage import Stage
from tests.servers.postgres import Address, Databases, for_many_tests


@pytest.fixture(scope="session")
def one_address(databases: Databases) -> Iterator[Address]:
    """One migrated database for many tests: each plays in an organisation of its own, which sees nothing of others."""
    with for_many_tests(databases.copy("matching")) as address:
        yield address


@pytest.fixture
async def stage(one_address: Address, database_of: DatabaseOf) -> Stage:
    """A coordinator of a new organisation at work."""
    return Stage(await database_of(one_address))


@pytest.fixture
async def desk(stage: Stage, http_of: HttpOf, as_caller: AsCaller) -> Desk:
    """A coordinator of a new organisation with a programme, over HTTP."""
    return await Desk(await http_of("matching", stage.database), stage, as_caller).open()
