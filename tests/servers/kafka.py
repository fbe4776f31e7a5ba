"""Apache Kafka itself, on the JVM: Maven copies its jars once, then a broker runs on loopback and is killed at will."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from kith_chassis.broker import connection
from kith_chassis.settings import ServiceSettings
from kith_cli.cannot import CannotRun
from kith_cli.embedded.processes import Process, drive, free_port, last_lines, spawn, stopping

POM: Final = Path(__file__).with_name("kafka-pom.xml")
CACHE: Final = Path(__file__).parents[2] / ".cache"
CLUSTER: Final = "a2l0aC1rYWZrYS10ZXN0cw"  # any 16 bytes in base64
STARTED: Final = b"Kafka Server started"
LOGGING: Final = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)
QUICK: Final = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Starts soon and takes little; a bench asks for other options."""

PROPERTIES: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=1048576
log.retention.ms=-1
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""
"""One node, every copy once. A short broker session, or a broker killed with -9 waits nine seconds for itself."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and whether it is Apache Kafka itself."""

    bootstrap: str
    real: bool


def has_java_and_maven() -> bool:
    """Whether this machine can run Kafka on the JVM at all."""
    return shutil.which("java") is not None and shutil.which("mvn") is not None


def kafka_jars() -> Path:
    """The folder of Kafka's jars, filled by Maven the first time and whole whenever it exists.

    Raises CannotRun when Maven cannot fetch them.
    """
    folder = CACHE / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    part = folder.with_suffix(f".{free_port()}")
    part.mkdir(parents=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={part}"]
    options = f"{os.environ.get('MAVEN_OPTS', '')} -Duser.home={Path.home()}"  # Java alone does not look at HOME
    environment = os.environ | {"MAVEN_OPTS": options.strip()}
    fetched = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment
    )
    if fetched.returncode != 0:
        shutil.rmtree(part)
        said = " ".join(fetched.stdout.split())
        raise CannotRun(f"Maven could not fetch Apache Kafka: {said[:300]}")
    with contextlib.suppress(OSError):  # another run was quicker
        part.rename(folder)
    shutil.rmtree(part, ignore_errors=True)
    return folder


class JvmKafka:
    """One broker that is its own controller, in ``folder``, on two free ports that it keeps across restarts."""

    def __init__(self, folder: Path, *, options: tuple[str, ...] = QUICK) -> None:
        self._log = folder / "kafka.log"
        self._properties = folder / "server.properties"
        self._java = ["java", *options, *LOGGING, "-cp", f"{kafka_jars()}/*"]
        self._process: Process | None = None
        port, controller = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(
            PROPERTIES.format(port=port, controller=controller, data=folder / "data"), encoding="utf-8"
        )
        tool = [*self._java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._properties)]
        subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, check=True)

    def start(self) -> None:
        """Start, and wait until it answers; from the main thread, whose end the broker does not outlive."""
        drive(self.starting())

    def starting(self, seconds: float = 60.0) -> Iterator[float]:
        """Start it in steps that say how long to rest before the next; the last comes when it has started."""
        java = shutil.which("java")
        assert java is not None, "Java was here when the tests began"
        begins = self._log.stat().st_size if self._log.exists() else 0
        command = [java, *self._java[1:], "kafka.Kafka", str(self._properties)]
        self._process = spawn(command, log=self._log, dying_signal=signal.SIGKILL)
        deadline = time.monotonic() + seconds
        while STARTED not in self._log.read_bytes()[begins:]:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(f"Kafka did not start: {last_lines(self._log)}")
            yield 0.05

    def kill9(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask it to end; after ten seconds end it."""
        if self._process is not None:
            drive(stopping(self._process, (signal.SIGTERM, 10.0)))
            self._process = None


async def remove_topics(settings: ServiceSettings, names: Sequence[str]) -> None:
    """Remove those topics that are there, and wait until they are gone."""
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        there = sorted(set(names) & set(await admin.list_topics()))
        if there:
            answer = await admin.delete_topics(there)
            for name, code in answer.topic_error_codes:
                if code and for_code(code) is not UnknownTopicOrPartitionError:
                    raise for_code(code)(name)
        while set(names) & set(await admin.list_topics()):
            await asyncio.sleep(0.02)
    finally:
        await admin.close()
