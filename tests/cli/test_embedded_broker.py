"""The embedded broker: it carries records, and it does not outlive its parent."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from kith_cli.cannot import CannotRun
from kith_cli.embedded.broker import EmbeddedBroker, answers
from tests.cli.waiting import eventually

PARENT = """
import sys, time
from pathlib import Path
from kith_cli.embedded.broker import EmbeddedBroker
with EmbeddedBroker(Path(sys.argv[1])) as broker:
    print(broker.port, flush=True)
    time.sleep(600)
"""


async def test_what_is_sent_is_read(tmp_path: Path) -> None:
    async with EmbeddedBroker(tmp_path) as broker:
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
            await producer.send_and_wait("kith.test.v1", b"a fact", key=b"a story")

        async with AIOKafkaConsumer(
            "kith.test.v1", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
        ) as consumer:
            record = await consumer.getone()
    assert (record.key, record.value) == (b"a story", b"a fact")


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker, socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.2", broker.port))


def test_it_stops_when_its_parent_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert answers(port)

        parent.kill()

    assert eventually(lambda: not answers(port))


def test_a_busy_port_gives_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        with pytest.raises(CannotRun, match=rf"Port {port} is in use, so the broker cannot listen there"):
            EmbeddedBroker(tmp_path, port).start()
