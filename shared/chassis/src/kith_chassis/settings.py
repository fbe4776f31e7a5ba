"""What a service reads from its environment, once, at start: ``KITH_...``, checked first."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kith_chassis.refusals import Refusal
from kith_chassis.sealing import read_keys

PREFIX: Final = "KITH_"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _web_address(value: str) -> str:
    """Refuse what is not ``http(s)://host...``; the text is kept as it is, for an issuer's name must match exactly."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must be a web address such as https://issuer.example.org")
    return value


def _database_address(value: SecretStr) -> SecretStr:
    """Refuse what is not ``postgresql://role:password@host:port/database``."""
    parts = urlsplit(value.get_secret_value())
    if parts.scheme != "postgresql" or not parts.hostname or not parts.username or not parts.path.strip("/"):
        raise ValueError("it must look like postgresql://role:password@host:port/database")
    return value


def _sealing_keys(value: SecretStr) -> SecretStr:
    """Refuse what are no sealing keys, without showing any."""
    read_keys(value.get_secret_value())
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


_FROM_ENVIRONMENT: Final = SettingsConfigDict(
    env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
)


class DatabaseSettings(BaseSettings):
    """How PostgreSQL is reached, whoever connects."""

    model_config = _FROM_ENVIRONMENT

    database_ssl: Literal["disable", "prefer", "require", "verify-full"] = Field(
        default="prefer",
        description="TLS towards PostgreSQL, as libpq's `sslmode`. Outside one machine use `verify-full`.",
    )
    database_ca_file: Path | None = Field(
        default=None, description="PEM file of the authority that signed PostgreSQL's certificate (`verify-full`)."
    )


class KafkaSettings(BaseSettings):
    """How Kafka is reached, whoever connects."""

    model_config = _FROM_ENVIRONMENT

    kafka_bootstrap: str = Field(min_length=1, description="Kafka brokers to begin with: `host:port`, comma between.")
    kafka_idempotent: bool = Field(
        default=True,
        description="Whether the relay sends through an idempotent producer. Off only for a broker that lacks it.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="How Kafka is reached. Outside one machine use `SSL` or `SASL_SSL`."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="How the service proves itself to Kafka, with a `SASL_` protocol."
    )
    kafka_sasl_username: str | None = Field(default=None, description="Name at Kafka, with a `SASL_` protocol.")
    kafka_sasl_password: SecretStr | None = Field(
        default=None, description="Password at Kafka, with a `SASL_` protocol."
    )
    kafka_ssl_ca_file: Path | None = Field(
        default=None, description="PEM file of the authority that signed Kafka's certificate; else the system's."
    )
    kafka_ssl_cert_file: Path | None = Field(
        default=None, description="PEM file of the service's own certificate, where Kafka asks for one."
    )
    kafka_ssl_key_file: Path | None = Field(default=None, description="PEM file of that certificate's key.")

    @model_validator(mode="after")
    def _kafka_agrees(self) -> Self:
        """Refuse settings for Kafka that contradict one another."""
        if self.kafka_security_protocol.startswith("SASL") and not (
            self.kafka_sasl_username and self.kafka_sasl_password
        ):
            raise ValueError(
                "KITH_KAFKA_SECURITY_PROTOCOL asks for SASL: set KITH_KAFKA_SASL_USERNAME and KITH_KAFKA_SASL_PASSWORD"
            )
        if (self.kafka_ssl_cert_file is None) != (self.kafka_ssl_key_file is None):
            raise ValueError("KITH_KAFKA_SSL_CERT_FILE and KITH_KAFKA_SSL_KEY_FILE go together: set both or neither")
        return self


class MigrationSettings(DatabaseSettings):
    """What `migrate` needs; no running service is given the owner's password."""

    database_owner_url: DatabaseAddress = Field(
        description="Where `migrate` connects, as the owning role: `postgresql://role:password@host:port/database`."
    )


class ServiceSettings(DatabaseSettings, KafkaSettings):
    """What every service needs. A service adds its own few in a subclass."""

    database_url: DatabaseAddress = Field(
        description="Where the service connects, as its own role: `postgresql://role:password@host:port/database`."
    )
    database_pool_size: int = Field(default=10, ge=2, le=200, description="Most connections kept to PostgreSQL.")

    http_host: str = Field(default="127.0.0.1", description="Address to listen on; `0.0.0.0` in a container.")
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    http_body_limit: int = Field(
        default=1024 * 1024, ge=1024, description="Longest request body in bytes; longer ones get 413."
    )

    issuer: WebAddress = Field(
        description="The OpenID Connect issuer whose tokens are believed, exactly as their `iss` says it."
    )
    audience: str = Field(default="kith", min_length=1, description="The `aud` that a token must carry.")
    jwks_url: WebAddress | None = Field(
        default=None, description="Where the issuer's keys are, if not where its discovery document says."
    )
    development_issuer: bool = Field(
        default=False,
        description="`1` believes the development issuer (`kith issuer`). Never where there are real people's data.",
    )
    client_id: str | None = Field(default=None, description="This service's own client at the issuer.")
    client_secret: SecretStr | None = Field(default=None, description="That client's secret.")
    sealing_keys: Annotated[SecretStr, AfterValidator(_sealing_keys)] | None = Field(
        default=None,
        description="What opens sealed text: 32 random bytes in base64 (`openssl rand -base64 32`), comma between. The "
        "first seals, all open. Required for matching. Keep them apart from the database and its backups.",
    )
    referrals_url: WebAddress | None = Field(default=None, description="Where the referrals service answers.")
    matching_url: WebAddress | None = Field(default=None, description="Where the matching service answers.")

    replica: int = Field(
        default=0, ge=0, description="Which copy of the service this is: 0, 1, 2... Two must never share a number."
    )
    otlp_endpoint: WebAddress | None = Field(
        default=None, description="Where traces go (OTLP over HTTP), e.g. `http://collector:4318`; unset: nowhere."
    )
    log_level: LogLevel = Field(default="INFO", description="The least serious log line that is written.")
    graceful_timeout: float = Field(
        default=15.0, gt=0, description="Seconds that running work is given after SIGTERM, then it is cancelled."
    )
    drain_seconds: float = Field(
        default=5.0, ge=0, description="Seconds after SIGTERM in which it says not ready but still takes requests."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse settings that contradict one another, each with a sentence that names the variables."""
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("KITH_CLIENT_ID and KITH_CLIENT_SECRET go together: set both or neither")
        issuer = urlsplit(self.issuer)
        if issuer.scheme != "https" and issuer.hostname not in _LOOPBACK and not self.development_issuer:
            raise ValueError("KITH_ISSUER must begin with https:// (only the development issuer may do without)")
        return self


class WrongSettings(Refusal):
    """The environment lacks something or contradicts itself; the message is one sentence a line."""

    code = "wrong-settings"


S = TypeVar("S", bound=BaseSettings)


def load(settings: type[S]) -> S:
    """Read the settings from the environment.

    Raises ``WrongSettings`` with one sentence for each variable that is missing or wrong. Values are never shown.
    """
    try:
        return settings()
    except ValidationError as error:
        raise WrongSettings("\n".join(explain(error))) from None


def explain(error: ValidationError) -> list[str]:
    """One sentence for each setting that is missing or wrong: the variable's name and what to do, never its value."""
    return [_sentence(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors(include_input=False)]


def _sentence(where: tuple[int | str, ...], kind: str, message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not where:
        return f"{said}."
    name = PREFIX + str(where[0]).upper().removeprefix(PREFIX)
    if kind == "missing":
        return f"{name} is not set."
    return f"{name} is wrong: {said[0].lower()}{said[1:]}."


def settings_table(*classes: type[BaseSettings]) -> str:
    """Every setting of these classes as a Markdown table: variable, default, meaning. Each variable stands once."""
    rows: dict[str, str] = {}
    for settings in classes:
        for field, info in settings.model_fields.items():
            default = "(required)" if info.is_required() else _shown(info.default)
            rows.setdefault(PREFIX + field.upper(), f"| `{PREFIX}{field.upper()}` | {default} | {info.description} |")
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows.values()])


def _shown(default: Any) -> str:
    match default:
        case None:
            return "(none)"
        case bool():
            return f"`{int(default)}`"
        case _:
            return f"`{default}`"
