"""What a bench runs on: PostgreSQL as it keeps people's data (with fsync), and Apache Kafka on the JVM."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiokafka.admin import NewTopic
from pydantic import SecretStr

from kith_chassis.broker import make_topics
from kith_chassis.clock import new_id
from kith_chassis.settings import ServiceSettings
from kith_cli.embedded.postgres import EmbeddedPostgres
from kith_contracts.registry import TOPICS
from tests.servers.folders import open_folder
from tests.servers.kafka import JvmKafka, remove_topics
from tests.servers.postgres import Address, Databases

KAFKA = ("-Xms512m", "-Xmx1g", "-XX:+UseG1GC")


class Stage:
    """Servers that all benches of a run share; every bench makes its own databases and topics."""

    def __init__(self, databases: Databases, bootstrap: str, stack: AsyncExitStack) -> None:
        self._databases = databases
        self._stack = stack
        self.bootstrap = bootstrap

    async def database(self, name: str) -> Address:
        """A fresh migrated database of a service."""
        return await self._stack.enter_async_context(self._databases.copy(name))

    async def topics(self, count: int = 1) -> list[str]:
        """New topics, 12 partitions each."""
        wanted = [NewTopic(f"bench.{new_id().hex}", 12, 1) for _ in range(count)]
        return await make_topics(self.settings(None), wanted)

    def settings(self, address: Address | None, kind: type[ServiceSettings] = ServiceSettings, **more: Any) -> Any:
        """A service's settings on this stage."""
        chosen: dict[str, Any] = {
            "database_url": SecretStr(address.url if address else "postgresql://nobody:none@127.0.0.1:1/none"),
            "kafka_bootstrap": self.bootstrap,
            "issuer": "http://127.0.0.1:1",
            "drain_seconds": 0.0,
        }
        return kind(**chosen | more)

    async def empty_topics(self) -> None:
        """The contracts' topics, with nothing in them."""
        await remove_topics(self.settings(None), TOPICS)
        await make_topics(self.settings(None), [NewTopic(name, 12, 1) for name in TOPICS])


@asynccontextmanager
async def set_stage(*, with_kafka: bool = True) -> AsyncIterator[Stage]:
    """Start the servers; take everything down afterwards. Without Kafka nobody answers where it would be."""
    with open_folder("kith-bench-") as folder:
        kafka = JvmKafka(folder / "kafka", options=KAFKA)
        postgres = EmbeddedPostgres(folder / "postgres")
        with postgres:
            if with_kafka:
                kafka.start()
            databases = Databases(postgres.admin_url)
            try:
                async with AsyncExitStack() as stack:
                    stage = Stage(databases, kafka.bootstrap if with_kafka else "127.0.0.1:1", stack)
                    if with_kafka:
                        await stage.empty_topics()
                    yield stage
            finally:
                kafka.stop()
        postgres.erase()
