"""A network that was there before the directory: its programmes are in it, and the code of before still writes."""

import asyncio

import asyncpg

from kith_chassis.clock import new_id
from kith_referrals.domain import directory
from tests.servers.postgres import Databases, upgrade

OLD_PROGRAMME = """
    insert into programmes (id, organisation_id, slug, name, model, formality, checks_required, channels, weights)
    values ($1, $2, $3, 'Walks', 'group', 'organised', true, $4, '{}')
"""


async def test_programmes_of_before_are_found_in_the_directory(databases: Databases) -> None:
    organisation_id, first, second = new_id(), new_id(), new_id()
    async with databases.at_revision("referrals", "0001") as address:
        owner = await asyncpg.connect(address.owner_url)
        await owner.execute(
            "insert into organisations (id, name, kind) values ($1, 'Harbour', 'charity')", organisation_id
        )
        await owner.execute(OLD_PROGRAMME, first, organisation_id, "first", ["in-person", "video"])

        await asyncio.to_thread(upgrade, "referrals", address.owner_url, "0003")
        await owner.execute(OLD_PROGRAMME, second, organisation_id, "second", ["in-person"])

        found = await owner.fetch("select id from programmes where words @@ plainto_tsquery('english', 'harbour walk')")
        places = await owner.fetch("select id from places where programme_id = $1", first)
        said = await owner.fetch("select distinct status, capacity, districts from programmes")
        await owner.close()
    assert [row["id"] for row in found] == [first]
    assert {row["id"] for row in places} == {place.id for place in directory.places(first, ["in-person", "video"], [])}
    assert [tuple(row) for row in said] == [("active", "open", [])]
