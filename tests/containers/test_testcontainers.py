"""The servers that others run, as testcontainers starts them: nothing of ours but what speaks to them."""

import asyncio
from typing import Final

import pytest
from pydantic import SecretStr
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer

from kith_chassis.broker import producer, reader
from kith_chassis.migrating import migrate
from kith_chassis.provision import provision
from kith_chassis.settings import KafkaSettings, MigrationSettings
from kith_cli.embedded.processes import free_port
from kith_cli.topics import Topic, broker_settings, ensure_topics
from tests.servers.postgres import PASSWORD, role_url

pytestmark = [pytest.mark.containers, pytest.mark.slow]

KAFKA: Final = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@127.0.0.1:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
}


def test_a_service_can_live_in_the_official_postgresql() -> None:
    with PostgresContainer("postgres:18") as postgres:
        admin_url = postgres.get_connection_url(driver=None)

        asyncio.run(provision(admin_url, "referrals", owner_password=PASSWORD, service_password=PASSWORD))
        owner_url = role_url(admin_url, "kith_referrals", "referrals_owner")
        migrate("referrals", MigrationSettings(database_owner_url=SecretStr(owner_url)))


def test_the_official_kafka_keeps_what_it_is_sent() -> None:
    port = free_port()  # the same inside and outside: a broker tells its clients where to come back to
    kafka = DockerContainer("apache/kafka:4.1.0").with_bind_ports(port, port)
    for name, value in KAFKA.items():
        kafka = kafka.with_env(name, value)
    kafka = kafka.with_env("KAFKA_LISTENERS", f"PLAINTEXT://:{port},CONTROLLER://127.0.0.1:9093")
    with kafka.with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://127.0.0.1:{port}"):
        settings = broker_settings(f"127.0.0.1:{port}")
        ensure_topics(settings, [Topic("smoke", 1)], replication=1, patience=90)

        assert asyncio.run(_sent_and_read(settings)) == b"kept"


async def _sent_and_read(settings: KafkaSettings) -> bytes | None:
    async with producer(settings) as sending:
        await sending.send_and_wait("smoke", b"kept")
    async with reader(settings, "smoke") as reading:
        record = await asyncio.wait_for(reading.getone(), 30)
    value: bytes | None = record.value
    return value
