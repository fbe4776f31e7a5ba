"""A replay builds the same totals from the log, beside what is read, and loses nothing that comes meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.broker import reader
from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_chassis.line import Line
from kith_chassis.received import Received
from kith_chassis.replay import Rebuild, Replay, ReplayUnderWay
from kith_chassis.settings import ServiceSettings
from kith_chassis.settling import Settler, read
from kith_contracts import wire
from kith_contracts.fact import Fact
from kith_contracts.registry import CONTRACTS
from kith_reporting import incoming, usecases
from kith_reporting.domain.populations import Figures
from kith_reporting.main import REBUILD
from kith_reporting.usecases.populations import keep_populations
from kith_reporting.views.reach import get_populations
from tests import builders as a
from tests.conftest import DatabaseOf, NewTopics, SettingsOf
from tests.reporting.hearing import counts
from tests.servers.kafka import Broker

PROJECTIONS = (
    "referrals",
    "sessions",
    "meetings",
    "contacts",
    "areas",
    "messages",
    "supporters",
    "organisations",
    "programmes",
    "claims",
    "totals",
)


@dataclass
class Network:
    """A log, reporting's database, and an inbox that takes facts from the one to the other when told to."""

    settings: ServiceSettings
    database: Database
    topics: dict[str, str]
    ear: AIOKafkaConsumer
    producer: AIOKafkaProducer
    told: list[Received] = field(default_factory=list)

    async def tell(self, *facts: Fact, id: UUID | None = None) -> None:  # noqa: A002 - as the field is called
        """Put facts on the log."""
        for fact in facts:
            fact_id = id or new_id()
            self.told.append(a.received(fact, id=fact_id))
            headers = wire.headers(
                CONTRACTS[type(fact)],
                id=fact_id,
                subject=str(fact.story),
                time=a.NOW,
                traceparent=None,
                tracestate=None,
            )
            await self.producer.send_and_wait(
                self.topics[fact.topic], wire.value(fact), key=str(fact.story.id).encode(), headers=headers
            )

    async def hear(self) -> None:
        """Let the inbox take all that the log holds."""
        settler = Settler(self.database, incoming.on_facts, Line(), tuple(self.topics.values()))
        ends = await self.ear.end_offsets(list(self.ear.assignment()))
        while any([await self.ear.position(place) < end for place, end in ends.items()]):
            found = await self.ear.getmany(timeout_ms=200)
            records = [record for part in found.values() for record in part]
            if records:
                await settler.settle(await read(records))

    async def replay(self, rebuild: Rebuild = REBUILD) -> dict[str, Any]:
        """Replay from beginning to end; the state at its end."""
        replay = self.new_replay(rebuild)
        await replay.start()
        await replay.wait()
        return replay.state()

    def new_replay(self, rebuild: Rebuild = REBUILD) -> Replay:
        """A process's replay."""
        return Replay(self.settings, self.database, tuple(self.topics.values()), rebuild)

    async def contents(self) -> dict[str, list[str]]:
        """Every row that is read."""
        async with self.database.network_transaction() as tx:
            return {
                name: sorted((await tx.execute(sa.text(f"select cast(row(it.*) as text) from {name} it"))).scalars())
                for name in PROJECTIONS
            }

    async def run(self, statement: str) -> Any:
        """One statement of a test's own."""
        async with self.database.network_transaction() as tx:
            answer = await tx.execute(sa.text(statement))
            return answer.scalar() if answer.returns_rows else None


@pytest.fixture
async def network(
    broker: Broker, database_of: DatabaseOf, settings_of: SettingsOf, new_topics: NewTopics
) -> AsyncIterator[Network]:
    names = dict(zip(incoming.HEARS, await new_topics(3, partitions=3), strict=True))
    settings = settings_of(broker=broker)
    ear, producer = reader(settings, *names.values()), AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await ear.start()
    await producer.start()
    yield Network(settings, await database_of("reporting"), names, ear, producer)
    await producer.stop()
    await ear.stop()


def a_life() -> list[Fact]:
    """A referral that is accepted, matched, met with twice and told of."""
    programme = a.a_programme_published()
    referral = a.a_referral_created(programme, site="newham")
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed(programme)))
    contact = a.a_contact_logged(programme, topics=("childcare",), district="L8", site="newham")
    return [
        *(programme, referral, a.a_referral_decided(referral), match, a.a_session_logged(match)),
        *(a.a_session_logged(match), a.a_message_delivered(match), contact),
        a.a_result_claimed(programme),
    ]


async def test_a_replay_builds_what_was_there(network: Network) -> None:
    await network.tell(*a_life(), *a_life())
    await network.hear()
    before = await network.contents()

    state = await network.replay()

    assert (state["state"], state["facts"], state["duplicates"]) == ("done", 18, 0)
    assert await network.contents() == before
    assert await network.run("select slot from live") == "b"


async def test_a_replay_mends_what_was_spoilt(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()
    await network.run("update totals_a set received = 99")

    await network.replay()

    assert await network.contents() == before


async def test_what_was_said_of_a_population_outlives_a_replay(network: Network) -> None:
    facts = a_life()
    await network.tell(*facts)
    await network.hear()
    of = facts[0].story.id
    figures = Figures({"L8": 900}, "An invented census", a.TODAY)
    async with network.database.network_transaction() as tx:
        await keep_populations(tx, of, figures, asking=None, by="somebody", expected_version=None, now=a.NOW)

    await network.replay()

    async with network.database.network_transaction() as tx:
        assert (await get_populations(tx, of, None)).figures == figures


async def test_a_second_replay_turns_the_tables_back(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()

    states = [(await network.replay())["state"] for _ in range(2)]

    assert states == ["done", "done"]
    assert await network.contents() == before
    assert await network.run("select slot from live") == "a"


async def test_the_tables_that_were_read_before_are_left_empty(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()

    await network.replay()

    left = [await network.run(f"select count(*) from {name}_a") for name in PROJECTIONS]
    assert left == [0] * len(PROJECTIONS)
    assert await network.run("select count(*) from replayed") == 0


async def test_what_is_heard_while_a_replay_runs_is_there_after_it(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    referral = a.a_referral_created()

    async def and_then_more_comes(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        await incoming.on_facts_again(tx, facts)
        if not any(fact.body == referral for fact in network.told):
            await network.tell(referral, a.a_referral_decided(referral))
            await network.hear()

    rebuild = Rebuild(usecases.empty_aside, and_then_more_comes, usecases.hold, usecases.turn_round)
    state = await network.replay(rebuild)

    assert (state["state"], state["facts"]) == ("done", 11)
    assert await waiting(network) == 1


async def test_what_waits_for_the_turn_goes_to_the_new_tables(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    referral = a.a_referral_created()
    hearing: list[asyncio.Task[None]] = []

    async def turn_while_the_inbox_waits(tx: AsyncConnection) -> None:
        await network.tell(referral, a.a_referral_decided(referral))
        hearing.append(asyncio.create_task(network.hear()))
        await asyncio.sleep(0.3)
        assert not hearing[0].done()
        await usecases.turn_round(tx)

    rebuild = Rebuild(usecases.empty_aside, incoming.on_facts_again, usecases.hold, turn_while_the_inbox_waits)
    state = await network.replay(rebuild)
    await hearing[0]

    assert state["state"] == "done"
    assert await waiting(network) == 1


async def test_facts_that_the_inbox_has_not_taken_yet_may_come_once_more(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    await network.tell(*a_life())

    state = await network.replay()
    await network.hear()

    assert state["facts"] == 18
    after = await network.contents()
    await network.replay()
    assert await network.contents() == after


async def test_totals_are_read_while_the_tables_are_turned(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    read: list[int] = []

    async def read_and_turn(tx: AsyncConnection) -> None:
        async with network.database.network_transaction() as other:
            read.append(len(await counts(other)))
        await usecases.turn_round(tx)
        async with network.database.network_transaction() as other:
            read.append(len(await counts(other)))

    await network.replay(Rebuild(usecases.empty_aside, incoming.on_facts_again, usecases.hold, read_and_turn))

    async with network.database.network_transaction() as tx:
        read.append(len(await counts(tx)))
    assert len(set(read)) == 1
    assert read[0] > 0


async def test_an_old_fact_sent_again_by_hand_counts_as_it_did(network: Network) -> None:
    referral = a.a_referral_created()
    accepted, again = a.a_referral_decided(referral), new_id()
    await network.tell(referral)
    await network.tell(accepted, id=again)
    await network.tell(a.a_referral_decided(referral, decision="declined"))
    await network.tell(accepted, id=again)
    await network.hear()
    before = await network.contents()

    state = await network.replay()

    assert (state["facts"], state["duplicates"]) == (3, 1)
    assert await network.contents() == before


async def test_what_nobody_can_read_is_passed_over(network: Network) -> None:
    await network.tell(*a_life())
    await network.producer.send_and_wait(next(iter(network.topics.values())), b"\xff", key=b"key")
    await network.hear()
    before = await network.contents()

    state = await network.replay()

    assert (state["state"], state["unreadable"]) == ("done", 1)
    assert await network.contents() == before


async def test_a_log_with_fewer_facts_than_the_inbox_has_taken_is_refused(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()
    await network.run("update inbox_progress set facts = facts + 100")

    state = await network.replay()

    assert (state["state"], state["code"]) == ("refused", "log-incomplete")
    assert "keeps its log in memory" in state["message"]
    assert state["facts"] == 0
    assert await network.contents() == before


async def test_a_fact_that_the_inbox_has_and_the_log_lacks_is_missed(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()
    await network.run(f"insert into inbox values ('{new_id()}')")

    state = await network.replay()

    assert (state["state"], state["code"]) == ("refused", "log-incomplete")
    assert state["message"].startswith("1 facts that the inbox has taken")
    assert await network.contents() == before


async def test_a_replay_that_fails_leaves_what_is_read_alone(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()

    async def fail(tx: AsyncConnection) -> None:
        await usecases.turn_round(tx)
        raise ZeroDivisionError

    state = await network.replay(Rebuild(usecases.empty_aside, incoming.on_facts_again, usecases.hold, fail))

    assert (state["state"], state["code"]) == ("failed", "failed")
    assert await network.contents() == before
    assert (await network.replay())["state"] == "done"


async def test_two_replays_do_not_run_at_once_whichever_process_begins_them(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(tx: AsyncConnection) -> None:
        begun.set()
        await go_on.wait()
        await usecases.turn_round(tx)

    slow = network.new_replay(Rebuild(usecases.empty_aside, incoming.on_facts_again, usecases.hold, slowly))
    await slow.start()
    await begun.wait()

    with pytest.raises(ReplayUnderWay):
        await network.new_replay().start()

    go_on.set()
    await slow.wait()
    assert slow.state()["state"] == "done"


async def test_a_replay_that_was_silent_too_long_gives_way_and_changes_nothing(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    before = await network.contents()

    async def fall_asleep(tx: AsyncConnection, facts: Sequence[Received]) -> None:
        await incoming.on_facts_again(tx, facts)
        await tx.execute(sa.text("update replay_run set run = :other"), {"other": new_id()})

    overtaken = await network.replay(Rebuild(usecases.empty_aside, fall_asleep, usecases.hold, usecases.turn_round))

    assert (overtaken["state"], overtaken["code"]) == ("refused", "replay-overtaken")
    assert await network.contents() == before
    assert await network.run("select slot from live") == "a"


async def test_a_replay_is_stopped_with_its_process(network: Network) -> None:
    await network.tell(*a_life())
    await network.hear()
    begun = asyncio.Event()

    async def for_ever(_: AsyncConnection) -> None:
        begun.set()
        await asyncio.sleep(3600)

    replay = network.new_replay(Rebuild(usecases.empty_aside, incoming.on_facts_again, usecases.hold, for_ever))
    await replay.start()
    await begun.wait()

    await replay.stop()

    assert replay.state()["state"] == "stopped"
    assert (await network.replay())["state"] == "done"


async def waiting(network: Network) -> int:
    """Referrals that wait for a match, in all that is read."""
    async with network.database.network_transaction() as tx:
        return sum(count.get("waiting", 0) for (_, _, side), count in (await counts(tx)).items() if side == "owner")
