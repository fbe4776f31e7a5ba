"""Whether the network kept its promises: a referral has its effects once, a concern is told at least once."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from kith_contracts.registry import BY_TYPE, TOPICS
from tests.faults.load import FACTS, FINAL, LEAD, MESSAGES, Load
from tests.faults.network import Network
from tests.servers.issuer import SERVICES

HEARS: Final = {
    "referrals": ("kith.matching.v1",),
    "matching": ("kith.referrals.v1",),
    "notifications": ("kith.referrals.v1", "kith.matching.v1"),
    "reporting": ("kith.referrals.v1", "kith.matching.v1", "kith.notifications.v1"),
}
SETTLED: Final = {"delivered", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record of the log."""

    topic: str
    key: str
    id: UUID
    name: str


async def read_raw(network: Network) -> list[Any]:
    """Every record of every topic, in the order of its partition, from the beginning to the end there is now."""
    found: list[Any] = []
    async with AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=network.kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found.extend(records)
    return found


async def read_log(network: Network) -> list[Recorded]:
    """The same, read."""
    return [_read(record) for record in await read_raw(network)]


def _read(record: Any) -> Recorded:
    headers = dict(record.headers)
    name = BY_TYPE[headers["ce_type"].decode()].name
    return Recorded(record.topic, record.key.decode(), UUID(headers["ce_id"].decode()), name)


async def drained(network: Network, patience: float = 120.0) -> list[Recorded]:
    """Wait until nothing waits any more, and give the log as it then is. A slow machine may take its time.

    Fails, and says what waits, when that has not changed for ``patience`` seconds.
    """
    before, since = None, time.monotonic()
    while True:
        waits = await _unsent(network)
        if not waits:
            log = await read_log(network)
            waits = await _unheard(network, log) | await _unsent(network)
            if not waits:
                return log
        if waits != before:
            before, since = waits, time.monotonic()
        assert time.monotonic() - since < patience, f"nothing has moved for {patience:.0f} s, and this waits: {waits}"
        await asyncio.sleep(0.5)


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float, otherwise: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s {otherwise}")
        await asyncio.sleep(0.5)


async def _unsent(network: Network) -> dict[str, int]:
    """How many facts and messages each service still has to send; those that have none are left out."""
    counts = {
        f"{service}'s facts": (await network.ask(service, "select count(*) from outbox"))[0][0] for service in SERVICES
    }
    unsent = "select count(*) from messages where state in ('pending', 'sending')"
    counts["messages"] = (await network.ask("notifications", unsent))[0][0]
    return {name: count for name, count in counts.items() if count}


async def _unheard(network: Network, log: list[Recorded]) -> dict[str, int]:
    """How many facts of the log each service has not heard; those that heard all are left out."""
    counts: dict[str, int] = {}
    for service, topics in HEARS.items():
        heard = (await network.ask(service, "select count(*) from inbox"))[0][0]
        counts[f"unheard by {service}"] = len({record.id for record in log if record.topic in topics}) - heard
    return {name: count for name, count in counts.items() if count > 0}


async def check(network: Network, load: Load, log: list[Recorded]) -> dict[str, int]:
    """Hold every service against the ledger. The figures are for whoever reads the run."""
    assert len(load.ledger) == load.total
    await _check_chassis(network, log)
    _check_order(load, log)
    await _check_referrals(network, load)
    await _check_matching(network, load)
    await _check_notifications(network, load)
    await _check_mails(network)
    await _check_concerns(network, load, log)
    await _check_reporting(network, load)
    mails = network.mails()
    return {
        "referrals": len(load.ledger),
        "requests repeated": load.repeats,
        "facts": len({record.id for record in log}),
        "records": len(log),
        "concerns": len(load.concerns),
        "mails": len(mails),
        "mails that came again": mails.total() - len(mails),
    }


async def _check_chassis(network: Network, log: list[Recorded]) -> None:
    for service, topics in HEARS.items():
        assert not (await network.ask(service, "select topic, code, message from dead_letters")), service
        assert (await network.ask(service, "select count(*) from outbox"))[0][0] == 0, service
        heard = {UUID(str(row[0])) for row in await network.ask(service, "select event_id from inbox")}
        assert heard == {record.id for record in log if record.topic in topics}, service


def _check_order(load: Load, log: list[Recorded]) -> None:
    """Each referral's facts stand in the log in the order in which they happened, whatever stands there twice."""
    told: dict[str, dict[UUID, str]] = {}
    for record in log:
        if record.topic == "kith.referrals.v1":
            told.setdefault(record.key, {}).setdefault(record.id, record.name)
    for referral_id, route in load.ledger.items():
        assert tuple(told[str(referral_id)].values()) == FACTS[route], referral_id


async def _check_referrals(network: Network, load: Load) -> None:
    rows = await network.ask("referrals", "select id, status from referrals")
    assert {UUID(str(row["id"])): row["status"] for row in rows} == {
        referral_id: FINAL[route][0] for referral_id, route in load.ledger.items()
    }


async def _check_matching(network: Network, load: Load) -> None:
    rows = await network.ask("matching", "select id, decision, closed_reason from referrals")
    assert {UUID(str(row["id"])): (row["decision"], row["closed_reason"]) for row in rows} == {
        referral_id: FINAL[route][1:] for referral_id, route in load.ledger.items()
    }


async def _check_notifications(network: Network, load: Load) -> None:
    question = "select referral_id, reason, recipient, state from messages where story_kind = 'referral'"
    rows = await network.ask("notifications", question)
    assert {row["state"] for row in rows} <= SETTLED
    told: dict[UUID, Counter[tuple[str, str]]] = {}
    for row in rows:
        what = (row["reason"].partition("/")[0], row["recipient"].partition("/")[0])
        told.setdefault(UUID(str(row["referral_id"])), Counter())[what] += 1
    assert told == {referral_id: Counter(MESSAGES[route]) for referral_id, route in load.ledger.items()}


async def _check_mails(network: Network) -> None:
    """Every letter that was delivered came, and is one letter by its Message-ID however often it came."""
    rows = await network.ask("notifications", "select id, state from messages")
    delivered = {f"<{row['id']}@example.org>" for row in rows if row["state"] == "delivered"}
    came = Counter(mail.message_id for mail in network.mails())
    assert came.keys() == delivered, f"{len(came.keys() ^ delivered)} letters came and were not sent, or the reverse"
    assert set(came.values()) <= {1}, "one letter went to several people"


async def _check_concerns(network: Network, load: Load, log: list[Recorded]) -> None:
    """Every concern that was taken is kept once, told as a fact, and told to its desk at least once."""
    kept = {UUID(str(row[0])) for row in await network.ask("matching", "select id from concerns")}
    assert kept == load.concerns, f"{len(kept ^ load.concerns)} concerns were taken and not kept, or the reverse"
    assert load.concerns <= {UUID(record.key) for record in log if record.name == "concern-raised"}
    rows = await network.ask("notifications", "select id, referral_id from messages where story_kind = 'concern'")
    came = {mail.message_id for mail in network.mails() if mail.to == LEAD}
    told = {UUID(str(row["referral_id"])) for row in rows if f"<{row['id']}@example.org>" in came}
    assert told == load.concerns, f"{len(load.concerns - told)} concerns were told to no desk"


async def _check_reporting(network: Network, load: Load) -> None:
    question = "select referral_id, decision, closed, messages_delivered + messages_failed as told from referrals"
    rows = await network.ask("reporting", question)
    sent = await network.ask(
        "notifications",
        "select referral_id, count(*) filter (where state in ('delivered', 'failed')) from messages group by 1",
    )
    told = {UUID(str(row[0])): row[1] for row in sent}
    assert {UUID(str(row["referral_id"])): (row["decision"], row["closed"], row["told"]) for row in rows} == {
        referral_id: (*FINAL[route][1:], told[referral_id]) for referral_id, route in load.ledger.items()
    }
    received = await network.ask("reporting", "select side, received from totals where received > 0")
    assert {row["side"]: row["received"] for row in received} == dict.fromkeys(
        {row["side"] for row in received}, load.total
    )
