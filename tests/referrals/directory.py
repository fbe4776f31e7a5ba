"""A programme of which everything is said, and short ways to publish things and to read the directory."""

from dataclasses import replace
from typing import Any, Final

import httpx

from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.network import Capacity, Organisation, OrganisationEntry, Programme, ProgrammeEntry
from kith_referrals.usecases import network
from tests.builders import NOW, TODAY
from tests.referrals.world import OPERATOR, World, a_programme

CAFE: Final = ProgrammeEntry(
    description="A café for people who live with dementia, and those close to them.",
    url="https://example.org/cafe?a=1",
    email="cafe@example.org",
    telephone="07700 900999",
    needs=("isolation",),
    conditions=("dementia",),
    districts=("NE1", "DH1"),
    opens="Every Tuesday from 2 pm to 4 pm.",
    capacity=Capacity.WAITING_LIST,
    expected_wait_days=21,
    assured_on=TODAY,
    assurer_email="office@example.org",
)


async def publish(world: World, *things: Organisation | Programme) -> None:
    async with world.database.transaction(OPERATOR) as tx:
        for thing in things:
            if isinstance(thing, Organisation):
                await network.publish_organisation(tx, thing, now=NOW)
            else:
                await network.publish_programme(tx, thing, now=NOW)


async def read(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(f"/directory{path}", params=asked or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def open_cafe(world: World) -> Programme:
    """Publish it: a programme of the host, beside the world's own, of which nothing is said."""
    host = replace(
        world.host,
        ods_code="X99ZZ",
        entry=OrganisationEntry("Peer support by the sea.", "https://example.org", "SC123456", Regulator.SCOTLAND),
    )
    made = a_programme(
        host,
        slug="cafe",
        name="Harbour café",
        model="group",
        formality="organised",
        minimum_age=50,
        channels=("in-person", "video"),
        entry=CAFE,
    )
    await publish(world, host, made)
    return made
