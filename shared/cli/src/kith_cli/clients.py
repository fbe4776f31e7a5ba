"""Machine clients of the development issuer: who they are, and the file that holds their secrets."""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import yaml

from kith_cli.cannot import CannotRun
from kith_cli.files import write_private

SHORTEST: Final = 16
PLACEHOLDER: Final = re.compile(r"^(change|placeholder|secret|password|example)|^(.)\2*$", re.IGNORECASE)
VARIABLE: Final = re.compile(r"^\$\{([A-Z][A-Z0-9_]*)\}$")
HEADER: Final = (
    "# Made by `kith up` at its first start; secrets of this machine's development issuer. Keep it private.\n"
)


@dataclass(frozen=True, slots=True)
class Client:
    """A program that may ask for tokens: of one organisation, of the network's operator, or a Kith service."""

    client_id: str
    roles: frozenset[str]
    organisation: UUID | None = None
    secret: str = field(default="", repr=False)
    name: str = ""
    """What its token calls the one who acts; the client itself where it is empty."""

    @property
    def slug(self) -> str:
        """The organisation's short name, by which a client of the sample network begins: `slug.role`."""
        return self.client_id.partition(".")[0]

    @property
    def subject(self) -> str:
        """The token's `sub`."""
        return self.name or self.client_id


def standing_clients(services: Iterable[str]) -> list[Client]:
    """List the clients that every network has: its operator, and one for each service, with a role of its own."""
    return [
        Client("operator", frozenset({"operator"})),
        *(Client(f"service-{name}", frozenset({"service", f"service:{name}"})) for name in services),
    ]


def read_clients(path: Path, environment: Mapping[str, str] | None = None) -> dict[str, Client]:
    """Read a clients file, YAML or JSON: a list named `clients`, each with what `Client` has.

    A secret may be `${NAME}`, taken from the environment. `CannotRun` names a client whose secret is missing,
    shorter than 16 characters, or looks like a placeholder that somebody forgot to replace.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotRun(f"The clients file {path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise CannotRun(f"The clients file {path} is not YAML: {_place(error)}.") from None
    entries = document.get("clients") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise CannotRun(f"The clients file {path} has no list named `clients`.")
    known = os.environ if environment is None else environment
    found: dict[str, Client] = {}
    for number, entry in enumerate(entries, start=1):
        client = _client(entry, f"client {number} in {path}", known)
        if client.client_id in found:
            raise CannotRun(f"The clients file {path} names {client.client_id} twice.")
        found[client.client_id] = client
    return found


def _client(entry: object, where: str, environment: Mapping[str, str]) -> Client:
    if not isinstance(entry, dict) or not entry.get("client_id") or not isinstance(entry.get("roles"), list):
        raise CannotRun(f"{where.capitalize()} needs a client_id and a list of roles.")
    client_id, secret = str(entry["client_id"]), str(entry.get("secret") or "")
    if variable := VARIABLE.match(secret):
        secret = environment.get(variable[1], "")
        if not secret:
            raise CannotRun(f"{client_id} takes its secret from {variable[1]}, which is not set.")
    if len(secret) < SHORTEST or PLACEHOLDER.search(secret):
        raise CannotRun(f"The secret of {client_id} is missing, short or a placeholder; give it 16 random characters.")
    try:
        organisation = UUID(str(entry["organisation"])) if entry.get("organisation") else None
    except ValueError:
        raise CannotRun(f"The organisation of {client_id} is not a UUID.") from None
    roles = frozenset(str(role) for role in entry["roles"])
    return Client(client_id, roles, organisation, secret, str(entry.get("subject") or ""))


def keep_clients(path: Path, wanted: Iterable[Client]) -> dict[str, Client]:
    """Write the clients file of the embedded run: new clients get random secrets, known ones keep theirs."""
    known = read_clients(path) if path.exists() else {}
    kept = {
        client.client_id: Client(
            client.client_id,
            client.roles,
            client.organisation,
            known[client.client_id].secret if client.client_id in known else secrets.token_hex(24),
            client.name,
        )
        for client in wanted
    }
    entries = [
        {
            "client_id": client.client_id,
            "secret": client.secret,
            "roles": sorted(client.roles),
            **({"organisation": str(client.organisation)} if client.organisation else {}),
            **({"subject": client.name} if client.name else {}),
        }
        for client in kept.values()
    ]
    write_private(path, HEADER + yaml.safe_dump({"clients": entries}, sort_keys=False))
    return kept


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "its form is wrong"
