"""What was done and seen is on the record, and whoever changes the record is found."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.audit import START, Entry, Link, audited, forget, noted, record, sealing
from kith_chassis.audit.sealing import Walk
from kith_chassis.database import Database
from kith_chassis.identity import Caller
from tests.builders import NOW
from tests.conftest import AddressOf, DatabaseOf
from tests.servers.lengths import examples
from tests.servers.postgres import Address

MINE = UUID(int=1)
MEMBER: Final = Caller("tester", MINE, frozenset({"coordinator"}), "tests")
OPERATOR: Final = Caller("operator", None, frozenset({"operator"}), "tests")
READ = Entry("person-read", "referral", UUID(int=7))
FREELY = settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
async def address(address_of: AddressOf) -> Address:
    return await address_of("chassis")


@pytest.fixture
async def database(database_of: DatabaseOf, address: Address) -> Database:
    return await database_of(address)


async def write(database: Database, *entries: Entry, by: Caller = MEMBER) -> None:
    async with database.transaction(by) as tx:
        await record(tx, *entries, now=NOW)


async def seal(database: Database) -> None:
    async with database.network_transaction() as tx:
        await sealing.seal(tx, NOW)


async def walk(database: Database, begun: Link = START, limit: int = 1000, noted: Link | None = None) -> Walk:
    async with database.transaction(OPERATOR) as tx:
        return await sealing.walk(tx, begun, limit=limit, noted=noted)


async def entries(database: Database, about: UUID | None = None, subject: str | None = None) -> list[dict[str, Any]]:
    """What an operator reads, once all of it is sealed."""
    await seal(database)
    async with database.transaction(OPERATOR) as tx:
        return await sealing.list_entries(tx, about=about, subject=subject, after=0, limit=200)


async def sealed_one_by_one(database: Database, count: int) -> None:
    for number in range(count):
        await write(database, Entry("person-read", "referral", UUID(int=number + 1)))
    await seal(database)


async def test_an_entry_says_who_did_what_to_what_and_when(database: Database) -> None:
    await write(database, Entry("referral-decided", "referral", UUID(int=7), ("declined", "out-of-area"), "review"))

    assert await entries(database) == [
        {
            "number": 1,
            "at": "2026-11-23T10:00:00.000000+00:00",
            "subject": "tester",
            "client_id": "tests",
            "organisation_id": str(MINE),
            "action": "referral-decided",
            "about_kind": "referral",
            "about_id": str(UUID(int=7)),
            "codes": ["declined", "out-of-area"],
            "purpose": "review",
        }
    ]


async def test_what_nobody_asked_for_names_nobody(database: Database) -> None:
    async with database.network_transaction() as tx:
        await record(tx, READ, now=NOW)

    [entry] = await entries(database)
    assert {"subject", "client_id", "organisation_id"}.isdisjoint(entry)


async def test_a_connection_forgets_who_asked_before(database: Database) -> None:
    await write(database, READ, by=MEMBER)
    await write(database, READ, by=OPERATOR)

    assert [entry["subject"] for entry in await entries(database)] == ["tester", "operator"]


async def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.transaction(MEMBER) as tx:
            await record(tx, READ, now=NOW)
            raise LookupError

    assert await entries(database) == []


async def test_a_read_and_its_entry_are_one_statement(database: Database) -> None:
    statement = audited(sa.select(sa.literal(1).label("found")))

    async with database.transaction(MEMBER) as tx:
        found = (await tx.execute(statement, noted(tx, READ, now=NOW))).scalar_one()

    assert found == 1
    assert [entry["action"] for entry in await entries(database)] == ["person-read"]


async def test_a_read_whose_entry_cannot_be_written_is_not_answered(database: Database, address: Address) -> None:
    await as_role(address.owner_url, "revoke insert (entry) on audit_tail from chassis")

    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.transaction(MEMBER) as tx:
            await tx.execute(audited(sa.select(sa.literal(1))), noted(tx, READ, now=NOW))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Entry("Person read", "referral"),
        lambda: Entry("person-read", "Renée Testwell"),
        lambda: Entry("person-read", "referral", None, ("9990568855",)),
        lambda: Entry("person-read", "referral", None, ("person@example.org",)),
        lambda: Entry("person-read", "referral", None, (), "07700900123"),
        lambda: Entry("person-read", "referral", None, ("a" * 61,)),
        lambda: Entry("person-read", "referral", None, reason="Nobody's key."),
    ],
)
def test_an_entry_takes_codes_and_nothing_else(wrong: Callable[[], Entry]) -> None:
    with pytest.raises(ValueError, match="entry"):
        wrong()


async def test_entries_are_found_by_what_they_are_about_and_by_who_did_it(database: Database) -> None:
    await write(database, READ, Entry("person-read", "referral", UUID(int=8)))
    await write(database, READ, by=OPERATOR)

    assert [one["number"] for one in await entries(database, about=UUID(int=7))] == [1, 3]
    assert [one["number"] for one in await entries(database, subject="tester")] == [1, 2]
    assert [one["number"] for one in await entries(database, about=UUID(int=7), subject="tester")] == [1]


async def test_a_reason_is_read_until_its_key_is_destroyed_and_the_chain_holds_all_the_same(
    database: Database, address: Address
) -> None:
    told = "They asked me to look: Renée Testwell's sister."
    await write(database, Entry("person-read", "person", UUID(int=7), reason=told), READ)
    [before, _] = await entries(database)

    async with database.transaction(MEMBER) as tx:
        destroyed = await forget(tx, "person", UUID(int=7))

    [after, _] = await entries(database)
    assert (before["reason"], after["reason"], destroyed) == (told, None, 1)
    assert (await walk(database)).broken is None
    for table in ("audit_chain", "audit_keys"):
        kept = await as_role(address.owner_url, f"select coalesce(string_agg({table}::text, ' '), '') from {table}")
        assert "Testwell" not in kept


async def test_of_another_the_reasons_stay(database: Database) -> None:
    await write(database, *(Entry("person-read", "person", UUID(int=n), reason=f"Reason {n}.") for n in (7, 8)))

    async with database.transaction(MEMBER) as tx:
        await forget(tx, "person", UUID(int=7))

    assert [entry["reason"] for entry in await entries(database)] == [None, "Reason 8."]


async def test_a_reason_needs_a_statement_that_keeps_its_key(database: Database) -> None:
    async with database.transaction(MEMBER) as tx:
        with pytest.raises(ValueError, match="key"):
            noted(tx, Entry("person-read", "person", UUID(int=7), reason="Mine."), now=NOW)


async def as_role(url: str, statement: str, *values: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("select set_config('kith.scope', 'network', false)")
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


CHANGES = (
    "update audit_chain set entry = '{}'",
    "update audit_chain set digest = ''",
    "delete from audit_chain",
    "truncate audit_chain",
    "insert into audit_chain (number, digest, entry) values (9, '', '{}')",
    "update audit_head set number = 0",
    "delete from audit_head",
    "update audit_tail set entry = '{}'",
    "delete from audit_tail",
    "truncate audit_tail",
    "insert into audit_tail (id, entry) overriding system value values (1, '{}')",
    "update audit_keys set key = ''",
    "delete from audit_keys",
    "alter table audit_chain disable row level security",
    "drop table audit_chain",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_the_services_role_can_add_and_change_nothing(database: Database, address: Address, change: str) -> None:
    await write(database, READ, Entry("person-read", "person", UUID(int=7), reason="Mine."))
    await seal(database)
    await write(database, READ)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_role(address.url, change)


async def test_sealing_again_changes_nothing_that_is_sealed(database: Database) -> None:
    await sealed_one_by_one(database, 3)
    before = await walk(database)

    await seal(database)

    assert await walk(database) == before


@pytest.mark.parametrize("table", ["audit_tail", "audit_chain", "audit_head", "audit_keys"])
async def test_no_organisation_sees_the_audit(database: Database, table: str) -> None:
    entry = Entry("person-read", "person", UUID(int=7), reason="Mine.")
    await write(database, entry)
    await seal(database)
    await write(database, entry)
    count = sa.text(f"select count(*) from {table}")

    async with database.transaction(MEMBER) as tx:
        theirs = (await tx.execute(count)).scalar_one()
    async with database.transaction(OPERATOR) as tx:
        all_of_it = (await tx.execute(count)).scalar_one()

    assert (theirs, all_of_it > 0) == (0, True)


async def test_a_tail_that_is_not_an_entry_is_not_taken(address: Address, database: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await as_role(address.url, "insert into audit_tail (entry) values ('no entry')")


async def test_an_entry_that_is_committed_late_is_sealed_and_not_passed_over(database: Database) -> None:
    async with database.transaction(MEMBER) as late:
        await record(late, Entry("late", "referral"), now=NOW)
        await write(database, Entry("early", "referral"))
        await seal(database)
        during = await walk(database)
    await write(database, Entry("last", "referral"))

    told = [entry["action"] for entry in await entries(database)]

    assert during.state.head.number == 1
    assert told == ["early", "late", "last"]
    assert (await walk(database)).broken is None


async def test_many_who_write_while_it_is_sealed_all_get_into_one_chain(
    database_of: DatabaseOf, address: Address
) -> None:
    writers, sealers = await database_of(address), await database_of(address)
    written: list[UUID] = []
    done = asyncio.Event()

    async def write_one(id_: UUID, turn: int) -> None:
        async with writers.transaction(MEMBER) as tx:
            await record(tx, Entry("person-read", "referral", id_), now=NOW)
            await asyncio.sleep(0.004 * (turn % 4))
            if turn % 7 == 0:
                raise LookupError

    async def writer(place: int) -> None:
        for turn in range(place, place + 40):
            id_ = uuid4()
            with suppress(LookupError):
                await write_one(id_, turn)
                written.append(id_)

    async def sealer() -> None:
        while not done.is_set():
            await seal(sealers)

    sealing_meanwhile = [asyncio.create_task(sealer()) for _ in range(2)]
    await asyncio.gather(*(writer(place) for place in range(4)))
    done.set()
    await asyncio.gather(*sealing_meanwhile)
    await seal(sealers)

    found = await walk(writers)
    async with writers.transaction(OPERATOR) as tx:
        kept = [json.loads(one.entry)["about_id"] for one in await sealing.list_sealed(tx, after=0, limit=1000)]
    assert (found.broken, found.state.unsealed, found.link.number) == (None, 0, len(written))
    assert sorted(kept) == sorted(str(id_) for id_ in written)


async def test_a_long_chain_is_walked_in_parts(database: Database) -> None:
    await sealed_one_by_one(database, 5)

    first = await walk(database, limit=2)
    second = await walk(database, first.link, limit=2)
    third = await walk(database, second.link, limit=2)

    assert [part.link.number for part in (first, second, third)] == [2, 4, 5]
    assert [part.ended for part in (first, second, third)] == [False, False, True]
    assert (third.broken, third.link) == (None, third.state.head)


Tampering = Callable[[asyncpg.Connection, int, int], Awaitable[int | None]]
"""Does something to the chain as its owner, at one place or two; answers the first entry that must be named, if any."""
LENGTH = 12
SHIFT = "update audit_chain set number = number + $2 where number >= $1"


async def change_an_entry(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("update audit_chain set entry = replace(entry, 'person', 'nobody') where number = $1", one)
    return one


async def change_a_digest(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("update audit_chain set digest = sha256(digest) where number = $1", one)
    return one


async def remove_an_entry(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("delete from audit_chain where number = $1", one)
    return one


async def remove_an_entry_and_close_the_gap(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("delete from audit_chain where number = $1", one)
    await owner.execute(SHIFT, one + 1, 1000)
    await owner.execute(SHIFT, one + 1001, -1001)
    return one


async def cut_off_the_end(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("delete from audit_chain where number >= $1", one)
    return one


async def insert_an_entry(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute(SHIFT, one, 1000)
    await owner.execute(SHIFT, one + 1000, -999)
    copy = "insert into audit_chain select $1, digest, entry from audit_chain where number = $2"
    await owner.execute(copy, one, one + 1)
    return one + 1  # at its place stands a copy of what was there, and the next is not what was sealed


async def add_one_behind_the_end(owner: asyncpg.Connection, one: int, other: int) -> int:
    last = (
        "select $1::bigint, sha256(digest || convert_to(entry, 'UTF8')), entry from audit_chain where number = $1 - 1"
    )
    await owner.execute(f"insert into audit_chain {last}", LENGTH + 1)
    return LENGTH + 1


async def exchange_two_entries(owner: asyncpg.Connection, one: int, other: int) -> int | None:
    exchange = "update audit_chain set number = case number when $1 then -$2 else -$1 end where number in ($1, $2)"
    await owner.execute(exchange, one, other)
    await owner.execute("update audit_chain set number = -number where number < 0")
    return None if one == other else min(one, other)


async def turn_back_the_head(owner: asyncpg.Connection, one: int, other: int) -> int | None:
    back = "update audit_head set number = c.number, digest = c.digest from audit_chain c where c.number = $1"
    await owner.execute(back, one)
    return None if one == LENGTH else one + 1


async def remove_the_head(owner: asyncpg.Connection, one: int, other: int) -> int:
    await owner.execute("delete from audit_head")
    return 1


TAMPERINGS: Sequence[Tampering] = (
    change_an_entry,
    change_a_digest,
    remove_an_entry,
    remove_an_entry_and_close_the_gap,
    cut_off_the_end,
    insert_an_entry,
    add_one_behind_the_end,
    exchange_two_entries,
    turn_back_the_head,
    remove_the_head,
)
places = st.integers(1, LENGTH)


@given(how=st.sampled_from(TAMPERINGS), one=places, other=places, part=st.integers(1, LENGTH + 2))
@FREELY
async def test_whatever_the_owner_does_to_the_chain_is_found_and_named(
    database: Database, address: Address, *, how: Tampering, one: int, other: int, part: int
) -> None:
    owner = await asyncpg.connect(address.owner_url)
    try:
        if (await walk(database)).state.head.number == 0:
            await sealed_one_by_one(database, LENGTH)
            await owner.execute("create table sound_chain as table audit_chain")
            await owner.execute("create table sound_head as table audit_head")

        must_be_named = await how(owner, one, other)

        found = await walked_in_parts(database, part)
        assert (found.broken.number if found.broken else None) == must_be_named
        await owner.execute("truncate audit_chain, audit_head")
        await owner.execute("insert into audit_chain table sound_chain")
        await owner.execute("insert into audit_head table sound_head")
    finally:
        await owner.close()
    assert (await walked_in_parts(database, part)).broken is None


async def walked_in_parts(database: Database, part: int) -> Walk:
    """The last part of the chain, or the one that is broken."""
    found = await walk(database, limit=part)
    while not found.ended:
        found = await walk(database, found.link, limit=part)
    return found


@pytest.mark.parametrize("meddle", [add_one_behind_the_end, change_an_entry, cut_off_the_end])
async def test_sealing_goes_on_behind_what_somebody_did_and_it_is_found_all_the_same(
    database: Database, address: Address, meddle: Tampering
) -> None:
    await sealed_one_by_one(database, LENGTH)
    owner = await asyncpg.connect(address.owner_url)
    await meddle(owner, 5, 5)
    await owner.close()

    await sealed_one_by_one(database, 3)

    found = await walk(database)
    assert found.broken is not None
    assert (found.state.head.number >= LENGTH + 3, found.state.unsealed) == (True, 0)


async def test_without_its_head_nothing_is_sealed_and_nothing_is_lost(database: Database, address: Address) -> None:
    await sealed_one_by_one(database, 1)
    await as_role(address.owner_url, "delete from audit_head")

    await write(database, READ)
    await seal(database)

    assert await as_role(address.owner_url, "select count(*) from audit_tail") == 1
    with pytest.raises(sealing.HeadMissing):
        async with database.transaction(OPERATOR) as tx:
            await sealing.state(tx)


async def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_noted(
    database: Database, address: Address
) -> None:
    await sealed_one_by_one(database, 4)
    head = (await walk(database)).state.head
    anew = """
    with recursive anew as (
        select 0::bigint as number, decode(repeat('00', 32), 'hex') as digest
        union all
        select c.number, sha256(anew.digest || convert_to(replace(c.entry, 'tester', 'nobody'), 'UTF8'))
        from anew join audit_chain c on c.number = anew.number + 1
    ), changed as (
        update audit_chain c set digest = anew.digest, entry = replace(entry, 'tester', 'nobody')
        from anew where anew.number = c.number
    )
    update audit_head set digest = anew.digest from anew where anew.number = audit_head.number
    """
    await as_role(address.owner_url, anew)
    await write(database, READ)
    await seal(database)

    by_itself, by_what_was_noted = await walk(database), await walk(database, noted=head)

    assert by_itself.broken is None
    assert by_what_was_noted.broken is not None
    assert (by_what_was_noted.broken.number, by_what_was_noted.broken.code) == (4, "chain-rewritten")
