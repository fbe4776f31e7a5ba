"""The topics file, and making what it lists on any broker."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError
from pydantic import ValidationError

from kith_chassis.broker import connection, make_topics
from kith_chassis.settings import KafkaSettings, explain
from kith_cli.cannot import CannotRun

RETRY: Final = 0.5  # seconds between two tries to reach a broker that is starting


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the file wants it."""

    name: str
    partitions: int
    configs: dict[str, str] = field(default_factory=dict)


def read_topics(path: Path) -> list[Topic]:
    """Read a topics file. `CannotRun` names the file and what is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [
            Topic(
                str(entry["name"]),
                int(entry["partitions"]),
                {str(name): str(value) for name, value in entry.get("configs", {}).items()},
            )
            for entry in document["topics"]
        ]
    except OSError as error:
        raise CannotRun(f"The topics file {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotRun(
            f"The topics file {path} is not a list of topics, each with name and partitions ({type(error).__name__})."
        ) from error


def ensure_topics(settings: KafkaSettings, topics: list[Topic], *, replication: int, patience: float) -> list[str]:
    """Make the topics that are missing and return their names; a second run makes none and changes none.

    Waits `patience` seconds for a broker that is still starting. `CannotRun` if it does not answer, if it refuses, or
    if a topic exists with another number of partitions: that is never changed, for every key's order would be lost.
    """
    wanted = [
        NewTopic(topic.name, topic.partitions, replication, topic_configs=dict(topic.configs)) for topic in topics
    ]
    deadline = time.monotonic() + patience
    while True:
        try:
            made, found = asyncio.run(_make(settings, wanted))
            break
        except KafkaConnectionError as error:
            if time.monotonic() > deadline:
                raise CannotRun(f"No broker answers at {settings.kafka_bootstrap}.") from error
        except KafkaError as error:
            raise CannotRun(f"The broker refused the topics: {type(error).__name__}: {error}.") from error
        time.sleep(RETRY)
    for topic in topics:
        if found.get(topic.name, topic.partitions) != topic.partitions:
            raise CannotRun(
                f"{topic.name} has {found[topic.name]} partitions and the topics file says {topic.partitions}; "
                "partitions are never changed, so the broker or the file is the wrong one."
            )
    return made


async def _make(settings: KafkaSettings, wanted: list[NewTopic]) -> tuple[list[str], dict[str, int]]:
    made = await make_topics(settings, wanted)
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        described = await admin.describe_topics([topic.name for topic in wanted])
    finally:
        await admin.close()
    return made, {entry["topic"]: len(entry["partitions"]) for entry in described if entry["partitions"]}


def broker_settings(bootstrap: str | None = None) -> KafkaSettings:
    """Return how the broker is reached, from the environment.

    With `bootstrap` it is a broker of our own, on this machine, which wants neither TLS nor SASL.
    """
    ours: dict[str, Any] = {"kafka_bootstrap": bootstrap, "kafka_security_protocol": "PLAINTEXT"} if bootstrap else {}
    try:
        return KafkaSettings(**ours)
    except ValidationError as error:
        raise CannotRun(" ".join(explain(error))) from None
