"""Where the network's services answer and who we are to them: from options, the environment, or a running `kith up`."""

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

from kith_cli.cannot import CannotRun
from kith_cli.clients import Client, read_clients
from kith_cli.embedded.processes import is_the_same
from kith_cli.files import read_json
from kith_cli.installation import SERVICES, home

PLATFORM_FILE: Final = "platform.json"
CLIENTS_FILE: Final = "clients.yaml"


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a command needs to speak to the network. `platform` is what a running `kith up` wrote, else empty."""

    services: Mapping[str, str]
    issuer: str | None
    clients: Mapping[str, Client] = field(repr=False)
    client: Client | None = None
    """Who we are if nothing else is said: the client of the options or the environment."""
    platform: Mapping[str, object] = field(default_factory=dict)

    def service(self, name: str) -> str:
        """Return where a service answers. `CannotRun` says how to tell."""
        if name not in SERVICES:
            raise CannotRun(f"There is no service named {name}; there are {', '.join(SERVICES)}.")
        if name not in self.services:
            raise CannotRun(f"Nothing says where {name} answers: start `kith up`, or set KITH_{name.upper()}_URL.")
        return self.services[name]

    @property
    def known_issuer(self) -> str:
        """Return who gives tokens. `CannotRun` says how to tell."""
        if self.issuer is None:
            raise CannotRun("Nothing says who the issuer is: start `kith up`, or set KITH_ISSUER.")
        return self.issuer

    def act_as(self, role: str, organisation: str | None = None) -> Client:
        """Choose the client with a role, of an organisation by its slug or id; our own goes before all others."""
        if self.client is not None and organisation is None:
            return self.client
        for client in self.clients.values():
            if role in client.roles and organisation in {
                None,
                str(client.organisation),
                client.client_id.split(".")[0],
            }:
                return client
        if not self.clients:
            raise CannotRun(
                "No network is known: start `kith up`, or set KITH_ISSUER, KITH_CLIENT_ID, KITH_CLIENT_SECRET and the "
                "KITH_<SERVICE>_URL of the services."
            )
        whose = f" of {organisation}" if organisation else ""
        raise CannotRun(f"This network has no client with the role {role}{whose}.")


def speaking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where the network is, and hand it `addresses` in their place."""

    @functools.wraps(command)
    def with_addresses(
        folder: Path, urls: tuple[str, ...], issuer: str | None, client_id: str | None, **rest: Any
    ) -> None:
        command(addresses=find(folder, urls, issuer, client_id), **rest)

    decorated: Callable[..., None] = with_addresses
    for option in (
        click.option(
            "--client-id",
            envvar="KITH_CLIENT_ID",
            help="Our client at the issuer; its secret comes from KITH_CLIENT_SECRET.",
        ),
        click.option("--issuer", envvar="KITH_ISSUER", help="The OpenID Connect issuer's address."),
        click.option(
            "--url",
            "urls",
            multiple=True,
            metavar="SERVICE=URL",
            help="Where a service answers; else KITH_<SERVICE>_URL, else the running `kith up`.",
        ),
        in_folder,
    ):
        decorated = option(decorated)
    return decorated


def in_folder(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option that names the folder of the embedded run."""
    return click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=home,
        help="Folder of the embedded run (KITH_HOME).  [default: .kith]",
    )(command)


def find(folder: Path, urls: tuple[str, ...], issuer: str | None, client_id: str | None) -> Addresses:
    """Put the addresses together: options before the environment before what a running `kith up` wrote."""
    platform = read_json(folder / PLATFORM_FILE)
    if not is_the_same(int(str(platform.get("pid", 0))), str(platform.get("started"))):
        platform = {}  # written by a run that was killed
    known = platform.get("services")
    services = {str(name): str(url) for name, url in known.items()} if isinstance(known, dict) else {}
    services |= {
        name: os.environ[f"KITH_{name.upper()}_URL"] for name in SERVICES if f"KITH_{name.upper()}_URL" in os.environ
    }
    for word in urls:
        name, _, url = word.partition("=")
        if name not in SERVICES or not url:
            raise click.BadParameter(
                f"{word!r} is not SERVICE=URL, with one of {', '.join(SERVICES)}", param_hint="--url"
            )
        services[name] = url
    clients = read_clients(folder / CLIENTS_FILE) if platform else {}
    own = None
    if client_id:
        secret = os.environ.get("KITH_CLIENT_SECRET", "")
        own = Client(client_id, frozenset(), None, secret) if secret else clients.get(client_id)
        if own is None:
            raise CannotRun(f"The secret of {client_id} is not known: set KITH_CLIENT_SECRET.")
    return Addresses(
        services=services,
        issuer=issuer or (str(platform["issuer"]) if "issuer" in platform else None),
        clients=clients,
        client=own,
        platform=platform,
    )
