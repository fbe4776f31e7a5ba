"""A network that was there before the directory: its programmes are in it, and the code of before still writes."""

import asyncio

import asyncpg
from alembic import command
from pydantic import SecretStr

from kith_chassis import migrating
from kith_chassis.clock import new_id
from kith_chassis.settings import MigrationSettings
from kith_referrals.domain import directory
from tests.conftest import AddressOf

OLD_PROGRAMME = """
    insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)
    values ($1, $2, $3, 'Walks', 'group', 'organised', true, $4, '{}')
"""


def migrate(owner_url: str, revision: str) -> None:
    configuration = migrating._configuration("referrals")
    configuration.attributes["settings"] = MigrationSettings(database_owner_url=SecretStr(owner_url))
    command.upgrade(configuration, revision)


async def test_programmes_of_before_are_found_in_the_directory(address_of: AddressOf) -> None:
    address = await address_of("referrals")
    organisation_id, first, second = new_id(), new_id(), new_id()
    administrator = await asyncpg.connect(address.admin_url)
    await administrator.execute("drop schema public cascade; create schema public authorization referrals_owner")
    await administrator.close()
    owner = await asyncpg.connect(address.owner_url)
    await asyncio.to_thread(migrate, address.owner_url, "0001")
    await owner.execute("insert into organisations (id, name, kind) values ($1, 'Harbour', 'charity')", organisation_id)
    await owner.execute(OLD_PROGRAMME, first, organisation_id, "first", ["in-person", "video"])

    await asyncio.to_thread(migrate, address.owner_url, "0003")
    await owner.execute(OLD_PROGRAMME, second, organisation_id, "second", ["in-person"])

    found = await owner.fetch("select id from programmes where words @@ plainto_tsquery('english', 'harbour walk')")
    places = await owner.fetch("select id from places where programme_id = $1", first)
    said = await owner.fetch("select distinct status, capacity, districts from programmes")
    await owner.close()
    assert [row["id"] for row in found] == [first]
    assert {row["id"] for row in places} == {place.id for place in directory.places(first, ["in-person", "video"], [])}
    assert [tuple(row) for row in said] == [("active", "open", [])]
