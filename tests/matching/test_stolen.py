"""Whoever takes the whole store away, by SQL as any role or as a dump, has nothing that opens what is sealed."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from tests.conftest import AsCaller
from tests.matching.breaking_in import blobs_in, can_open, dump, select_everything, shows
from tests.matching.desk import Desk
from tests.matching.sealed_things import AUTHOR, WORDS, keep_as_before, keep_everything, note
from tests.servers.issuer import SERVICES
from tests.servers.postgres import Address, Databases, for_many_tests, role_url
from tests.servers.services import SEALING_KEY

KEY = b64decode(SEALING_KEY)
OTHERS = [name for name in SERVICES if name != "matching"]


@pytest.fixture(scope="module")
def one_address(databases: Databases) -> Iterator[Address]:
    """A database with the rights that `kith provision` gives, and with nothing in it but what these tests keep."""
    with for_many_tests(databases.at_revision("matching", "head")) as address:
        yield address


@dataclass(frozen=True)
class Loot:
    """What lies in the store: a supervision by its id; and as whom a transaction can say that it is."""

    supervision_id: str
    sights: list[tuple[str, str, str]]


@pytest.fixture(scope="module")
def kept() -> list[Loot]:
    """What is kept once for all tests: trying every key on everything takes four times as long on twice as much."""
    return []


@pytest.fixture
async def loot(desk: Desk, as_caller: AsCaller, kept: list[Loot]) -> Loot:
    """One of each kind of what is sealed, all with the words."""
    if not kept:
        where = await keep_everything(desk, as_caller)
        kept.append(Loot(where.rpartition("/")[2], sights(desk)))
    return kept[0]


def sights(desk: Desk) -> list[tuple[str, str, str]]:
    """As whom a transaction can say that it is."""
    organisations = (str(desk.stage.organisation_id), "")
    return [
        (subject, scope, one)
        for subject in (AUTHOR, "a-colleague", "")
        for scope in ("network", "")
        for one in organisations
    ]


@pytest.mark.parametrize("role", ["matching", "matching_owner", "postgres"])
async def test_by_sql_no_role_reads_it_whoever_it_says_it_is(loot: Loot, one_address: Address, role: str) -> None:
    url = {"matching": one_address.url, "matching_owner": one_address.owner_url, "postgres": one_address.admin_url}[
        role
    ]

    everything = await select_everything(url, *loot.sights)

    assert loot.supervision_id in everything
    assert (shows(everything, WORDS), can_open(blobs_in(everything), WORDS)) == (False, False)


@pytest.mark.parametrize("service", OTHERS)
async def test_no_other_services_role_is_let_in(one_address: Address, databases: Databases, service: str) -> None:
    async with databases.copy(service) as theirs:
        assert await select_everything(theirs.url, ("", "", ""))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(role_url(one_address.admin_url, one_address.name, service))


async def test_a_dump_of_the_whole_database_neither_shows_it_nor_opens_it(loot: Loot, one_address: Address) -> None:
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert loot.supervision_id in dumped
    assert (shows(dumped, WORDS), can_open(blobs_in(dumped), WORDS)) == (False, False)


async def test_whoever_has_the_sealing_key_too_opens_it(loot: Loot, one_address: Address) -> None:
    """So that the tests above do not hold only because they try too little."""
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert loot.supervision_id in dumped
    assert can_open(blobs_in(dumped) | {KEY}, WORDS)


async def test_a_key_that_stands_bare_would_be_found(desk: Desk, one_address: Address) -> None:
    await keep_as_before(desk, (await note(desk)).headers["Location"], "Zanderfleck as it was before")
    dumped = await asyncio.to_thread(dump, one_address.admin_url)

    assert can_open(blobs_in(dumped), "Zanderfleck as it was before")


@pytest.mark.parametrize(
    "written", ["as it is", "\\x" + WORDS.encode().hex(), b64encode(b"xx" + WORDS.encode()).decode()]
)
def test_the_words_are_found_however_they_are_written(written: str) -> None:
    assert shows(f"a row with {written} in it".replace("as it is", WORDS), WORDS)
