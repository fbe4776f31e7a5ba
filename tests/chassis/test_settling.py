"""One batch, one transaction: each fact once, in order, and what cannot be handled is kept whole."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.dead_letters import NoSuchDeadLetter, Redrive
from kith_chassis.line import Line, LineStopped
from kith_chassis.received import OnFacts, Received
from kith_chassis.settling import Settler, read
from tests.chassis.log import NOW, Log, TooMany, a_contact, effects, keep, letters, refusing
from tests.conftest import DatabaseOf


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("chassis")


def a_settler(database: Database, on_facts: OnFacts = keep, line: Line | None = None) -> Settler:
    return Settler(database, on_facts, line or Line(), ["test.log"])


async def progress(database: Database) -> int:
    async with database.network_transaction() as tx:
        return int((await tx.execute(sa.text("select coalesce(sum(facts), 0) from inbox_progress"))).scalar_one())


async def test_a_batch_is_handed_over_in_the_order_of_the_log(database: Database) -> None:
    log, key = Log(), new_id()
    for number in range(1, 6):
        log.fact(a_contact(key, number))

    await a_settler(database).settle(await read(log.records))

    assert await effects(database) == [(str(key), number) for number in range(1, 6)]


async def test_a_fact_that_comes_again_is_handled_once(database: Database) -> None:
    log, fact, fact_id = Log(), a_contact(), new_id()
    log.fact(fact, fact_id)
    log.fact(fact, fact_id)
    settler = a_settler(database)

    await settler.settle(await read(log.records))
    await settler.settle(await read(log.records))

    assert len(await effects(database)) == 1
    assert await progress(database) == 1


async def test_two_processes_that_get_the_same_batch_handle_it_once(database: Database) -> None:
    log = Log()
    for _ in range(50):
        log.fact(a_contact())

    await asyncio.gather(*[a_settler(database).settle(await read(log.records)) for _ in range(4)])

    assert len(await effects(database)) == 50


async def test_a_batch_that_fails_leaves_nothing_behind(database: Database) -> None:
    log = Log()
    log.fact(a_contact(number=1))
    log.fact(a_contact(number=2))

    with pytest.raises(TooMany):
        await a_settler(database, refusing({2})).settle(await read(log.records))

    assert await effects(database) == []
    assert await progress(database) == 0


@pytest.mark.parametrize(
    ("value", "headers", "code"),
    [
        (b"\xff\xfe garbage", (), "header-missing"),
        (b"{}", [("ce_id", b"\xff")], "header-not-utf8"),
    ],
)
async def test_an_unreadable_record_is_kept_whole_and_the_others_go_on(
    database: Database, value: bytes, headers: Sequence[tuple[str, bytes]], code: str
) -> None:
    log = Log()
    log.fact(a_contact())
    log.raw(b"somebody's key", value, headers)
    log.fact(a_contact())

    await a_settler(database).settle(await read(log.records))

    assert len(await effects(database)) == 2
    (letter,) = await letters(database)
    assert (letter.code, letter.value, letter.key, letter.state) == (code, value, b"somebody's key", "set-aside")


async def test_an_unreadable_record_that_comes_again_is_kept_once(database: Database) -> None:
    log = Log()
    log.raw(None, b"garbage")
    settler = a_settler(database, line=Line())

    await settler.settle(await read(log.records))
    await settler.settle(await read(log.records))

    assert len(await letters(database)) == 1


async def test_what_follows_a_set_aside_record_of_its_key_waits_behind_it(database: Database) -> None:
    log, key = Log(), new_id()
    log.raw(str(key).encode(), b"garbage")
    log.fact(a_contact(key, 2))
    settler = a_settler(database)
    await settler.settle(await read(log.records))

    later = Log("test.log", [*log.records])
    third, other = later.fact(a_contact(key, 3)), later.fact(a_contact())
    await settler.settle(await read([third, other]))

    assert [number for _, number in await effects(database)] == [1]
    assert [letter.state for letter in await letters(database)] == ["set-aside", "waiting", "waiting"]


async def test_a_record_without_a_key_holds_up_nobody(database: Database) -> None:
    log, key = Log(), new_id()
    log.raw(None, b"garbage")
    log.fact(a_contact(key, 1))

    await a_settler(database).settle(await read(log.records))

    assert await effects(database) == [(str(key), 1)]


async def refused_then_waiting(database: Database, refused: set[int]) -> tuple[str, Any]:
    """Key number 1 refused, 2 and 3 of the same key behind it; answers the key and the head's id."""
    log, key = Log(), new_id()
    first, *others = (log.fact(a_contact(key, number)) for number in (1, 2, 3))
    settler = a_settler(database, refusing(refused))
    await settler.settle(await read([first]), failed=("too-many", "More people than the room holds.", 1))
    await settler.settle(await read(others))
    return str(key), (await letters(database))[0].id


async def test_redriving_runs_the_head_of_a_key_and_then_its_waiters_in_order(database: Database) -> None:
    refused = {1}
    key, head = await refused_then_waiting(database, refused)
    assert await effects(database) == []
    refused.clear()

    answer = await Redrive(database, refusing(refused), (TooMany,)).redrive(head, by="an operator", now=NOW)

    assert answer == {"handled": 3, "failed": None, "code": None}
    assert await effects(database) == [(key, 1), (key, 2), (key, 3)]
    assert {letter.state for letter in await letters(database)} == {"redriven"}


async def test_redriving_stops_at_the_first_that_still_fails(database: Database) -> None:
    refused = {1}
    key, head = await refused_then_waiting(database, refused)
    refused.clear()
    refused.add(2)

    answer = await Redrive(database, refusing(refused), (TooMany,)).redrive(head, by="an operator", now=NOW)

    assert (answer["handled"], answer["code"]) == (1, "too-many")
    assert await effects(database) == [(key, 1)]
    assert [letter.state for letter in await letters(database)] == ["redriven", "set-aside", "waiting"]


async def test_discarding_the_head_is_on_the_record_and_frees_what_waits(database: Database) -> None:
    refused = {1}
    key, head = await refused_then_waiting(database, refused)

    answer = await Redrive(database, refusing(refused), (TooMany,)).discard(
        head, "the room was never booked", by="an operator", now=NOW
    )

    assert answer["handled"] == 2
    assert await effects(database) == [(key, 2), (key, 3)]
    first = (await letters(database))[0]
    assert (first.state, first.reason, first.settled_by) == ("discarded", "the room was never booked", "an operator")


async def test_a_key_is_free_again_once_all_of_it_is_redriven(database: Database) -> None:
    refused = {1}
    key, head = await refused_then_waiting(database, refused)
    refused.clear()
    await Redrive(database, keep, ()).redrive(head, by="an operator", now=NOW)
    fact = Log("test.log", []).fact(a_contact(UUID(key), 4))
    fact.offset = 9

    await a_settler(database).settle(await read([fact]))

    assert [number for _, number in await effects(database)] == [1, 2, 3, 4]


async def test_what_arrives_while_a_key_is_redriven_is_neither_lost_nor_stuck(database: Database) -> None:
    refused = {1}
    key, head = await refused_then_waiting(database, refused)
    refused.clear()

    async def slowly(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        await asyncio.sleep(0.05)
        await keep(tx, facts)

    fact = Log("test.log", []).fact(a_contact(UUID(key), 4))
    fact.offset = 9
    await asyncio.gather(
        Redrive(database, slowly, ()).redrive(head, by="an operator", now=NOW),
        a_settler(database).settle(await read([fact])),
    )
    await_all = Redrive(database, keep, ())
    waiting = [letter for letter in await letters(database) if letter.state in {"set-aside", "waiting"}]
    for letter in waiting:
        await await_all.redrive(letter.id, by="an operator", now=NOW)

    assert waiting == []
    assert [number for _, number in await effects(database)] == [1, 2, 3, 4]


async def test_an_unknown_dead_letter_cannot_be_redriven(database: Database) -> None:
    with pytest.raises(NoSuchDeadLetter):
        await Redrive(database, keep, ()).redrive(uuid4(), by="an operator", now=NOW)


async def test_the_line_stops_when_most_is_set_aside_and_keeps_nothing_of_the_batch(database: Database) -> None:
    log = Log()
    for number in range(30):
        log.raw(None, f"garbage {number}".encode())
    line = Line()

    with pytest.raises(LineStopped):
        await a_settler(database, line=line).settle(await read(log.records))

    assert line.stopped
    assert await letters(database) == []


async def test_a_resumed_line_lets_the_batch_through_that_stopped_it(database: Database) -> None:
    log = Log()
    for number in range(30):
        log.raw(None, f"garbage {number}".encode())
    line = Line()
    settler = a_settler(database, line=line)
    with pytest.raises(LineStopped):
        await settler.settle(await read(log.records))

    line.resume()
    await settler.settle(await read(log.records))

    assert len(await letters(database)) == 30
    assert not line.stopped


async def test_a_few_bad_records_among_many_good_do_not_stop_the_line(database: Database) -> None:
    log = Log()
    for number in range(100):
        if number % 4 == 0:
            log.raw(None, f"garbage {number}".encode())
        else:
            log.fact(a_contact())

    await a_settler(database).settle(await read(log.records))

    assert len(await letters(database)) == 25
    assert len(await effects(database)) == 75
