"""The embedded run's memory of the log: what an outbox lets go is told again to the next run, as it was."""

import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from kith_chassis.provision import provision
from kith_chassis.schema import V1
from kith_chassis.sealing import read_keys
from kith_cli.embedded.databases import ServiceDatabase, sealing_key, tell_again
from kith_cli.embedded.postgres import EmbeddedPostgres

TELL = """
insert into outbox (event_id, type, subject, occurred_at, traceparent, payload)
select gen_random_uuid(), 'kith.something-happened.v1', 'story/' || n, now(), 'trace', '\\x00ff22'::bytea
from generate_series(1, $1) n
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for all of these."""
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("databases") / "postgres")
    with postgres:
        yield postgres
    postgres.erase()


@pytest.fixture
async def database(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> ServiceDatabase:
    """A service's database with an outbox and nothing in it."""
    name = f"t{abs(hash(request.node.name))}"
    await provision(server.admin_url, name, owner_password="owner", service_password="service")
    database = ServiceDatabase(name, server.port, "owner", "service")
    await as_role(database.owner_url, *V1)
    return database


async def as_role(url: str, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetch(statements[-1])
    finally:
        await connection.close()


async def sent(database: ServiceDatabase, facts: int) -> list[asyncpg.Record]:
    """What the service told and its relay sent, as it stood in the outbox."""
    connection = await asyncpg.connect(database.service_url)
    try:
        await connection.execute(TELL, facts)
        return await connection.fetch("delete from outbox returning *")
    finally:
        await connection.close()


async def test_what_was_sent_is_told_again_as_it_was(database: ServiceDatabase) -> None:
    await tell_again([database])
    before = await sent(database, 3)

    told = await tell_again([database])

    assert told == 3
    assert await as_role(database.service_url, "select * from outbox order by id") == before


async def test_it_is_told_again_at_every_start(database: ServiceDatabase) -> None:
    await tell_again([database])
    await sent(database, 2)
    await tell_again([database])
    await as_role(database.service_url, "delete from outbox")

    assert await tell_again([database]) == 2


async def test_what_was_not_sent_yet_is_told_once(database: ServiceDatabase) -> None:
    await tell_again([database])
    await as_role(database.service_url, TELL.replace("$1", "2"))

    assert await tell_again([database]) == 0
    assert len(await as_role(database.service_url, "select * from outbox")) == 2


async def test_what_is_told_later_comes_after_what_is_told_again(database: ServiceDatabase) -> None:
    await tell_again([database])
    await sent(database, 2)
    await tell_again([database])

    await as_role(database.service_url, TELL.replace("$1", "1"))

    subjects = [row["id"] for row in await as_role(database.service_url, "select id from outbox order by id")]
    assert subjects == [1, 2, 3]


def test_every_network_has_a_sealing_key_of_its_own_made_once_and_for_its_eyes_alone(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"

    made = sealing_key(here)

    assert read_keys(made)
    assert sealing_key(here) == made != sealing_key(elsewhere)
    assert stat.S_IMODE(here.stat().st_mode) == 0o600
