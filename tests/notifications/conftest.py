"""What every test of the notifications service may ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import DatabaseOf, SettingsOf
from tests.notifications.stage import Stage, a_stage


@pytest.fixture
async def stage(database_of: DatabaseOf, settings_of: SettingsOf) -> AsyncIterator[Stage]:
    """A sender's surroundings, with no message yet."""
    async with a_stage(database_of, settings_of) as stage:
        yield stage
