"""`kith token`: a bearer token, to try the APIs with."""

import click
import httpx

from kith_cli.addresses import Addresses, speaking
from kith_cli.speaking import PATIENCE, fetch_token
from kith_cli.telling import say_json


@click.command()
@speaking
@click.option("--role", default="operator", show_default=True, help="A client with this role.")
@click.option("--organisation", help="A client of this organisation, by its slug or id.")
@click.option("--json", "as_json", is_flag=True, help="Print the issuer's whole answer, and whose token it is.")
def command(
    addresses: Addresses,
    role: str,
    organisation: str | None,
    *,
    as_json: bool,
) -> None:
    """Print a token of a client of the running `kith up`, chosen by id or by role and organisation.

    For example: curl -H "Authorization: Bearer $(kith token --role referrer --organisation harbour-trust)" …
    """
    client = addresses.act_as(role, organisation)
    with httpx.Client(timeout=PATIENCE) as http:
        answer = fetch_token(http, addresses.known_issuer, client)
    if as_json:
        say_json(answer | {"client_id": client.client_id})
    else:
        click.echo(answer["access_token"])
