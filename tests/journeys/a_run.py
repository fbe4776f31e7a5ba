"""One run of the demonstration on a broker, PostgreSQL and the services as processes, and all the traces it left."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import NewTopic
from pydantic import SecretStr
from rich.console import Console

from kith_chassis.broker import make_topics
from kith_chassis.settings import ServiceSettings
from kith_cli.demonstrating.demonstration import Demonstration, Shown
from kith_cli.installation import deploy_file
from kith_cli.network import Organisation, read_network
from kith_cli.telling import Teller
from kith_contracts.registry import BY_TYPE, TOPICS
from tests.journeys.a_network import a_network
from tests.journeys.planting import Planted, plant_everything
from tests.journeys.taking_away import keeper, organisation_id, take_away
from tests.servers.issuer import Issuer
from tests.servers.kafka import Broker, remove_topics
from tests.servers.postgres import Databases
from tests.servers.services import Bearer

SAMPLE: Final = deploy_file("sample-network/network.yaml")


@dataclass(frozen=True, repr=False)
class Recorded:
    """One record of the log: ``raw`` is everything in it, key, headers and value."""

    topic: str
    key: str
    name: str
    body: dict[str, Any]
    raw: bytes


@dataclass(frozen=True, repr=False)
class Traces:
    """What a run left behind it: the log of facts, log files, spans and metrics, as bytes by where they come from."""

    records: list[Recorded]
    logs: dict[str, bytes]
    spans: list[bytes]
    metrics: dict[str, bytes]


@dataclass(frozen=True, repr=False)
class ARun:
    """The demonstration, done twice on the same network, and how many records of its making there were after each."""

    first: Shown
    second: Shown
    said: str
    made: tuple[int, int]
    mails: list[dict[str, Any]]
    traces: Traces
    network: tuple[Organisation, ...]
    planted: Planted
    taken: dict[str, str]

    def told_of(self, topic: str, story: str) -> list[str]:
        """The names of the facts of one story on one topic, in order."""
        return [one.name for one in self.traces.records if (one.topic, one.key) == (topic, story)]


async def a_run(broker: Broker, databases: Databases, folder: Path) -> ARun:
    """Have everything up, demonstrate twice, take everything down."""
    network = read_network(SAMPLE)
    issuer = Issuer(folder / "issuer", *(client for one in network for client in one.clients), keeper(network[0]))
    said = StringIO()
    async with AsyncExitStack() as stack:
        spans, otlp = stack.enter_context(a_collector())
        settings = await _empty_topics(broker, issuer)
        services = AsyncExitStack()
        await stack.enter_async_context(services)
        up = await services.enter_async_context(a_network(broker, databases, issuer, folder, KITH_OTLP_ENDPOINT=otlp))

        demonstration = Demonstration(
            addresses=up.addresses,
            network=network,
            sample=SAMPLE.parent,
            reports=folder / "reports",
            mail_url=up.mail_url,
            teller=Teller(Console(file=said, width=200)),
            go_on=lambda: None,
        )
        first = await asyncio.to_thread(demonstration.run)
        after_first = _made(await _read_log(settings))
        second = await asyncio.to_thread(demonstration.run)
        after_second = _made(await _read_log(settings))
        planted = await plant_everything(up.addresses.services, issuer, organisation_id(network[0]))
        taken = await asyncio.to_thread(take_away, up.addresses.services, issuer, network[0], up.databases, folder)

        metrics = await _metrics(up.addresses.services, issuer)
        async with httpx.AsyncClient() as client:
            mails = (await client.get(f"{up.mail_url}/messages")).json()["items"]
        records = await _read_log(settings)
        await services.aclose()  # before their spans are counted, of which the last go out at the end
    logs = {path.name: path.read_bytes() for path in sorted(folder.glob("*.log"))}  # noqa: ASYNC240 - nothing else runs
    traces = Traces(records, logs, list(spans), metrics)
    return ARun(first, second, said.getvalue(), (after_first, after_second), mails, traces, network, planted, taken)


async def _empty_topics(broker: Broker, issuer: Issuer) -> ServiceSettings:
    settings = ServiceSettings(
        database_url=SecretStr("postgresql://nobody@nowhere.invalid/nothing"),
        kafka_bootstrap=broker.bootstrap,
        kafka_idempotent=broker.real,
        issuer=issuer.url,
    )
    await remove_topics(settings, TOPICS)
    await make_topics(settings, [NewTopic(name, 12, 1) for name in TOPICS])
    return settings


DUE: Final = frozenset({"work-due", "look-now"})
"""What letters say of what fell due."""


def _made(records: list[Recorded]) -> int:
    """How many there are, but for what falls due whenever a clock says so, and the letters about that."""
    return sum(one.name != "work-fell-due" and one.body.get("reason") not in DUE for one in records)


async def _metrics(urls: Mapping[str, str], issuer: Issuer) -> dict[str, bytes]:
    async with httpx.AsyncClient(auth=Bearer(issuer.token("operator"))) as client:
        return {
            name: (await client.get(f"{url}/operations/metrics")).raise_for_status().content
            for name, url in urls.items()
        }


async def _read_log(settings: ServiceSettings) -> list[Recorded]:
    """Every record of every topic, in the order of its partition."""
    found: list[Recorded] = []
    async with AIOKafkaConsumer(
        *TOPICS, bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found.extend(_recorded(record) for record in records)
    return found


def _recorded(record: Any) -> Recorded:
    headers = b"".join(name.encode() + b": " + value + b"\n" for name, value in record.headers)
    name = BY_TYPE[dict(record.headers)["ce_type"].decode()].name
    raw = record.key + b"\n" + headers + record.value
    return Recorded(record.topic, record.key.decode(), name, json.loads(record.value), raw)


@contextmanager
def a_collector() -> Iterator[tuple[list[bytes], str]]:
    """Takes whatever is sent to it as OpenTelemetry's collector would (OTLP over HTTP); what came, and its address."""
    came: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield came, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
