"""Where the parts of the embedded run listen, and what each is told of the others."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kith_cli.addresses import CLIENTS_FILE
from kith_cli.clients import Client
from kith_cli.embedded.databases import ServiceDatabase
from kith_cli.embedded.processes import LOCALHOST, started_at
from kith_cli.installation import SERVICES

PORTS: Final[Mapping[str, int]] = {
    "issuer": 8100,
    **{name: 8101 + place for place, name in enumerate(SERVICES)},
    "smtp": 8125,
    "mail": 8126,
    "postgres": 8132,
    "kafka": 8192,
}
"""Where everything listens unless told otherwise; on 127.0.0.1 alone."""
PASSED_ON: Final = frozenset({"KITH_OTLP_ENDPOINT", "KITH_LOG_LEVEL"})


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: its folder, and the port of each of its parts."""

    folder: Path
    ports: dict[str, int]

    def url(self, name: str) -> str:
        """Return the address of one part."""
        return f"http://{LOCALHOST}:{self.ports[name]}"

    def environment_of(self, database: ServiceDatabase, client: Client) -> dict[str, str]:
        """Return the settings of the service whose database this is."""
        return clean_environment() | {
            "KITH_DATABASE_URL": database.service_url,
            "KITH_KAFKA_BOOTSTRAP": f"{LOCALHOST}:{self.ports['kafka']}",
            "KITH_KAFKA_IDEMPOTENT": "false",
            "KITH_HTTP_HOST": LOCALHOST,
            "KITH_HTTP_PORT": str(self.ports[database.name]),
            "KITH_ISSUER": self.url("issuer"),
            "KITH_DEVELOPMENT_ISSUER": "1",
            "KITH_CLIENT_ID": client.client_id,
            "KITH_CLIENT_SECRET": client.secret,
            "KITH_REFERRALS_URL": self.url("referrals"),
            "KITH_MATCHING_URL": self.url("matching"),
            "KITH_SMTP_HOST": LOCALHOST,
            "KITH_SMTP_PORT": str(self.ports["smtp"]),
            "KITH_MAIL_FROM": "Kith <kith@example.org>",
            "KITH_DRAIN_SECONDS": "0",  # no balancer stands before it that would have to be told
            "KITH_GRACEFUL_TIMEOUT": "8",
        }

    def description(self) -> dict[str, Any]:
        """Say what other commands need to know of a run that is up. It holds no secret, only where they are."""
        return {
            "pid": os.getpid(),
            "started": started_at(os.getpid()),
            "folder": str(self.folder),
            "services": {name: self.url(name) for name in SERVICES},
            "issuer": self.url("issuer"),
            "mail": self.url("mail"),
            "smtp": f"{LOCALHOST}:{self.ports['smtp']}",
            "kafka": f"{LOCALHOST}:{self.ports['kafka']}",
            "postgres": f"{LOCALHOST}:{self.ports['postgres']}",
            "clients": str(self.folder / CLIENTS_FILE),
            "logs": str(self.folder / "logs"),
        }


def clean_environment() -> dict[str, str]:
    """Return our environment less every setting of Kith that is not meant for children: they get theirs from us."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KITH_") or name in PASSED_ON}
