"""A process that is stopped in the midst of a transaction loses it, so that another can take its work over."""

import asyncio

import asyncpg
import pytest

from kith_chassis.clock import new_id
from kith_chassis.database import SESSION, is_fault
from tests.conftest import AddressOf

QUICK = SESSION | {"idle_in_transaction_session_timeout": "300ms", "transaction_timeout": "600ms"}


@pytest.mark.parametrize("where", ["between two statements", "between preparing a statement and running it"])
async def test_a_claim_of_a_process_that_stands_still_is_free_again(where: str, address_of: AddressOf) -> None:
    address, claimed = await address_of("chassis"), new_id()
    still = await asyncpg.connect(address.url, server_settings=QUICK)
    other = await asyncpg.connect(address.url, server_settings=SESSION)
    try:
        await still.execute("begin")
        await still.execute("insert into inbox values ($1)", claimed)
        if where == "between preparing a statement and running it":
            await still.prepare("select count(*) from inbox where event_id = $1")

        async with asyncio.timeout(8):
            await other.execute("insert into inbox values ($1)", claimed)

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)) as ended:
            await still.execute("commit")
        assert is_fault(ended.value)
    finally:
        still.terminate()
        await other.close()
