"""`kith lag`: how far each service is behind the log."""

from typing import Any

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.installation import SERVICES
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json


@click.command()
@speaking
@click.argument("service", required=False, type=click.Choice(SERVICES))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every partition.")
def command(
    addresses: Addresses,
    service: str | None,
    *,
    as_json: bool,
) -> None:
    """Show end offsets less committed offsets, as each service's own consumer sees them."""
    asked = (service,) if service else SERVICES
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        found: dict[str, Any] = {name: operator.get(name, "/operations/lag") for name in asked}
    if as_json:
        say_json(found)
        return
    rows = []
    for name, told in found.items():
        topics = list(dict.fromkeys(row["topic"] for row in told["topics"]))
        if not topics:
            rows.append((name, "hears nothing", "", ""))
        for topic in topics:
            parts = [row for row in told["topics"] if row["topic"] == topic]
            rows.append((name, topic, sum(row["end"] for row in parts), sum(row["lag"] for row in parts)))
    Teller().table("Lag", ("service", "topic", "facts in the log", "not yet heard"), rows)
