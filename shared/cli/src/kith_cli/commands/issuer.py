"""`kith issuer`: the development issuer as a process of its own."""

from pathlib import Path

import click
import uvicorn

from kith_chassis import clock
from kith_cli.clients import read_clients
from kith_cli.embedded.issuer import SigningKey, application
from kith_cli.embedded.processes import LOCALHOST
from kith_cli.installation import home


@click.command()
@click.option(
    "--issuer",
    envvar="KITH_ISSUER",
    default="http://127.0.0.1:8100",
    show_default=True,
    help="Its own address, as it stands in every token.",
)
@click.option(
    "--clients",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="KITH_ISSUER_CLIENTS",
    help="YAML or JSON: client_id, secret, roles, organisation of each client.  [default: clients.yaml in .kith]",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KITH_ISSUER_FOLDER",
    help="Where its key is kept, made at the first start.  [default: issuer in .kith]",
)
@click.option("--host", default=LOCALHOST, show_default=True, help="Address to listen on; 0.0.0.0 in a container.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
def command(issuer: str, clients: Path | None, folder: Path | None, host: str, port: int) -> None:
    """Give tokens to machine clients, for development and tests only.

    It has a discovery document, keys and a token endpoint for client credentials. Services believe it only with
    KITH_DEVELOPMENT_ISSUER=1. A secret in the clients file may be ${NAME}, taken from the environment; it does not
    start with a secret that is missing, shorter than 16 characters or a placeholder.
    """
    known = read_clients(clients or home() / "clients.yaml")
    key = SigningKey(folder or home() / "issuer")
    app = application(issuer, known, key, now=clock.now)
    click.echo(f"The development issuer {issuer} knows {len(known)} clients and listens on {host}:{port}.")
    uvicorn.run(app, host=host, port=port, log_level="warning", lifespan="off")
