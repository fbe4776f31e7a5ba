"""A transaction is whole or nothing, says who asks, and never leaves a connection in its midst."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_chassis.connections import driver_of
from kith_chassis.database import Database, LockTaken, NotCommittedError, is_fault
from kith_chassis.identity import Caller
from tests.conftest import AddressOf, DatabaseOf
from tests.servers.postgres import Address

MINE, THEIRS = UUID(int=1), UUID(int=2)
ADD = sa.text("insert into notes (id, organisation_id) values (:id, :organisation_id)")
COUNT = sa.text("select count(*) from notes")


@pytest.fixture
async def address(address_of: AddressOf) -> Address:
    return await address_of("chassis")


@pytest.fixture
async def database(database_of: DatabaseOf, address: Address) -> Database:
    return await database_of(address)


def a_member(organisation_id: UUID) -> Caller:
    return Caller("tester", organisation_id, frozenset({"coordinator"}), "tests")


async def write(tx: AsyncConnection, organisation_id: UUID = MINE) -> None:
    await tx.execute(ADD, {"id": uuid4(), "organisation_id": organisation_id})


async def notes_seen(database: Database, organisation_id: UUID = MINE) -> int:
    async with database.transaction(a_member(organisation_id)) as tx:
        return int((await tx.execute(COUNT)).scalar_one())


async def backends(database: Database) -> set[int]:
    """The PostgreSQL backend of every connection that the pool may give, asked all at once."""
    together = asyncio.Barrier(4)

    async def one() -> int:
        async with database.network_transaction() as tx:
            await together.wait()
            return int((await tx.execute(sa.text("select pg_backend_pid()"))).scalar_one())

    return set(await asyncio.gather(*(one() for _ in range(4))))


async def test_a_transaction_that_ends_well_is_kept_and_seen_by_its_organisation_alone(database: Database) -> None:
    async with database.transaction(a_member(MINE)) as tx:
        await write(tx)

    assert [await notes_seen(database), await notes_seen(database, THEIRS)] == [1, 0]


async def test_a_transaction_that_raises_leaves_nothing_and_its_connection_goes_on(database: Database) -> None:
    before = await backends(database)
    with pytest.raises(LookupError):
        async with database.transaction(a_member(MINE)) as tx:
            await write(tx)
            raise LookupError

    assert (await notes_seen(database), await backends(database)) == (0, before)


async def test_a_statement_that_fails_ends_the_transaction_and_not_the_connection(database: Database) -> None:
    before = await backends(database)
    with pytest.raises(asyncpg.PostgresError):
        async with database.transaction(a_member(MINE)) as tx:
            await write(tx)
            await driver_of(tx).execute("select 1 / 0")

    assert (await notes_seen(database), await backends(database)) == (0, before)


async def test_a_lock_that_another_transaction_has_is_not_waited_for(database: Database) -> None:
    async with database.transaction(a_member(MINE), lock=-1):
        with pytest.raises(LockTaken):
            async with database.transaction(a_member(THEIRS), lock=-1) as tx:
                await write(tx, THEIRS)

    assert await notes_seen(database, THEIRS) == 0


async def test_a_lock_ends_with_its_transaction(database: Database) -> None:
    before = await backends(database)
    for _ in range(3):
        async with database.transaction(a_member(MINE), lock=2**63 - 1) as tx:
            await write(tx)

    assert (await notes_seen(database), await backends(database)) == (3, before)


async def test_a_transaction_that_is_cancelled_in_a_statement_leaves_nothing(database: Database) -> None:
    running = asyncio.Event()

    async def work() -> None:
        async with database.transaction(a_member(MINE)) as tx:
            await write(tx)
            running.set()
            await driver_of(tx).execute("select pg_sleep(30)")

    task = asyncio.create_task(work())
    await running.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await notes_seen(database) == 0


async def test_a_transaction_may_be_rolled_back_by_hand(database: Database) -> None:
    async with database.transaction(a_member(MINE)) as tx:
        await write(tx)
        await tx.rollback()

    assert await notes_seen(database) == 0


async def test_the_work_done_on_the_drivers_own_connection_is_of_the_same_transaction(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.transaction(a_member(MINE)) as tx:
            await driver_of(tx).execute("insert into notes values ($1, $2)", uuid4(), MINE)
            seen = (await tx.execute(COUNT)).scalar_one()
            raise LookupError

    assert (seen, await notes_seen(database)) == (1, 0)


async def test_connections_lost_while_idle_are_replaced_and_nobody_notices(
    database: Database, address: Address
) -> None:
    before = await backends(database)
    server = await asyncpg.connect(address.admin_url)
    await server.fetch("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", list(before))
    await server.close()
    await asyncio.sleep(0.2)

    assert before.isdisjoint(await backends(database))


async def test_a_connection_lost_in_the_midst_is_a_fault_and_is_given_to_nobody(database: Database) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one it is, the driver decides
        async with database.transaction(a_member(MINE)) as tx:
            await write(tx)
            await driver_of(tx).execute("select pg_terminate_backend(pg_backend_pid())")

    assert is_fault(raised.value)
    assert await notes_seen(database) == 0


async def test_a_compiled_statement_binds_by_name_as_its_parameters_types_have_it(database: Database) -> None:
    told = sa.func.jsonb_to_recordset(sa.bindparam("told", type_=JSONB)).table_valued(sa.column("word", sa.Text))
    statement = Compiled(
        sa.select(told.render_derived(with_types=True).c.word, sa.literal("always").label("constant")).where(
            sa.literal_column("word") == sa.any_(sa.bindparam("wanted", type_=ARRAY(sa.Text)))
        )
    )

    async with database.transaction(a_member(MINE)) as tx:
        rows = await statement.rows(tx, {"told": [{"word": "one"}, {"word": "two"}], "wanted": ["two", "three"]})

    assert [dict(row) for row in rows] == [{"word": "two", "constant": "always"}]


async def test_a_failure_that_somebody_swallowed_is_not_taken_for_a_commit(database: Database) -> None:
    with pytest.raises(NotCommittedError):
        async with database.transaction(a_member(MINE)) as tx:
            await write(tx)
            with pytest.raises(asyncpg.PostgresError):
                await driver_of(tx).execute("select 1 / 0")

    assert await notes_seen(database) == 0
