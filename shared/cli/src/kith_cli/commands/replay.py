"""`kith replay`: a service's projections, built again from the log."""

import time
from typing import Any

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.cannot import CannotRun
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json

LOOK = 0.5  # seconds between two looks


@click.command()
@speaking
@click.argument("service", type=click.Choice(("reporting",)))
@click.option("--json", "as_json", is_flag=True, help="Print the end state as JSON.")
def command(addresses: Addresses, service: str, *, as_json: bool) -> None:
    """Read the whole log into fresh tables and put them in the place of the old ones, while reads go on.

    It refuses when the log holds fewer facts than the service has heard: then nothing is changed. The exit code is 0
    when it is done.
    """
    teller = Teller()
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        state: dict[str, Any] = operator.post(service, "/operations/replay")
        shown = -1
        while state["state"] == "running":
            if not as_json and state["records"] != shown:
                shown = state["records"]
                teller.say(f"{shown} of {state['of']} records read")
            time.sleep(LOOK)
            state = operator.get(service, "/operations/replay")
    if as_json:
        say_json(state)
    if state["state"] != "done":
        raise CannotRun(
            f"The replay of {service} ended as {state['state']}: {state.get('message') or 'no reason given'}"
        )
    if not as_json:
        teller.say(f"Done: {state['facts']} facts applied.")
