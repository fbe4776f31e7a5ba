"""What a process reads at its start, and what it says when something is missing."""

import re
from pathlib import Path
from typing import Any

import pytest

from kith_chassis.settings import (
    DatabaseSettings,
    MigrationSettings,
    ServiceSettings,
    WrongSettings,
    load,
    settings_table,
)

NEEDED = {
    "KITH_DATABASE_URL": "postgresql://referrals:s3cret@127.0.0.1:5432/kith_referrals",
    "KITH_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "KITH_ISSUER": "https://issuer.example.org/",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings from an environment of exactly these variables."""

    def read(**environment: str) -> ServiceSettings:
        for name in ServiceSettings.model_fields:
            monkeypatch.delenv(f"KITH_{name.upper()}", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load(ServiceSettings)

    return read


def complaints(read: Any, **environment: str) -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        read(**environment)
    return str(wrong.value).splitlines()


def test_three_variables_are_enough(read: Any) -> None:
    settings = read(**NEEDED)

    assert (settings.http_host, settings.audience, settings.kafka_idempotent) == ("127.0.0.1", "kith", True)


def test_the_issuers_name_is_kept_to_the_letter(read: Any) -> None:
    assert read(**NEEDED).issuer == "https://issuer.example.org/"


def test_each_missing_variable_gets_a_sentence(read: Any) -> None:
    assert sorted(complaints(read)) == [
        "KITH_DATABASE_URL is not set.",
        "KITH_ISSUER is not set.",
        "KITH_KAFKA_BOOTSTRAP is not set.",
    ]


def test_an_empty_variable_counts_as_missing(read: Any) -> None:
    assert complaints(read, **NEEDED | {"KITH_ISSUER": ""}) == ["KITH_ISSUER is not set."]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"KITH_DATABASE_URL": "mysql://root:s3cret@127.0.0.1/x"},
            "KITH_DATABASE_URL is wrong: it must look like postgresql://role:password@host:port/database.",
        ),
        (
            {"KITH_ISSUER": "issuer.example.org"},
            "KITH_ISSUER is wrong: it must be a web address such as https://issuer.example.org.",
        ),
        ({"KITH_HTTP_PORT": "s3cret"}, "KITH_HTTP_PORT is wrong: input should be a valid integer"),
        ({"KITH_DATABASE_SSL": "s3cret"}, "KITH_DATABASE_SSL is wrong: input should be 'disable', 'prefer', 'require'"),
        (
            {"KITH_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"},
            "KITH_KAFKA_SECURITY_PROTOCOL asks for SASL: set KITH_KAFKA_SASL_USERNAME and KITH_KAFKA_SASL_PASSWORD.",
        ),
        ({"KITH_KAFKA_SSL_KEY_FILE": "/s3cret"}, "KITH_KAFKA_SSL_CERT_FILE and KITH_KAFKA_SSL_KEY_FILE go together"),
        ({"KITH_CLIENT_SECRET": "s3cret"}, "KITH_CLIENT_ID and KITH_CLIENT_SECRET go together: set both or neither."),
        ({"KITH_ISSUER": "http://issuer.example.org"}, "KITH_ISSUER must begin with https://"),
        ({"KITH_SEALING_KEYS": "s3cret"}, "KITH_SEALING_KEYS is wrong: each must be 32 random bytes in base64"),
    ],
)
def test_a_wrong_value_is_named_and_never_shown(read: Any, wrong: dict[str, str], sentence: str) -> None:
    (said,) = complaints(read, **NEEDED | wrong)

    assert said.startswith(sentence)
    assert "s3cret" not in said


@pytest.mark.parametrize(
    "more",
    [
        {"KITH_ISSUER": "http://127.0.0.1:8100"},
        {"KITH_ISSUER": "http://issuer:8100", "KITH_DEVELOPMENT_ISSUER": "1"},
    ],
)
def test_a_development_issuer_needs_no_tls(read: Any, more: dict[str, str]) -> None:
    assert read(**NEEDED | more)


def test_kafka_with_a_password_and_tls_is_taken(read: Any) -> None:
    settings = read(
        **NEEDED,
        KITH_KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KITH_KAFKA_SASL_MECHANISM="SCRAM-SHA-256",
        KITH_KAFKA_SASL_USERNAME="referrals",
        KITH_KAFKA_SASL_PASSWORD="s3cret",
        KITH_KAFKA_SSL_CA_FILE="/etc/kafka/ca.pem",
    )

    assert (settings.kafka_sasl_mechanism, settings.kafka_ssl_ca_file) == ("SCRAM-SHA-256", Path("/etc/kafka/ca.pem"))


def test_secrets_do_not_show(read: Any) -> None:
    secret = {"KITH_CLIENT_ID": "service-referrals", "KITH_CLIENT_SECRET": "s3cret"}

    assert "s3cret" not in repr(read(**NEEDED, **secret))


def test_the_table_names_every_variable_once() -> None:
    table = settings_table(ServiceSettings, MigrationSettings)

    fields = {*ServiceSettings.model_fields, *MigrationSettings.model_fields}
    assert sorted(re.findall(r"^\| `(KITH_\w+)`", table, re.MULTILINE)) == sorted(f"KITH_{f.upper()}" for f in fields)


@pytest.mark.parametrize("settings", [DatabaseSettings, MigrationSettings, ServiceSettings])
def test_every_setting_says_what_it_is_for(settings: type[DatabaseSettings]) -> None:
    assert all(field.description for field in settings.model_fields.values())
