"""`kith retention`: how long the network keeps records, from a file."""

from pathlib import Path

import click
import yaml

from kith_cli.addresses import Addresses, speaking
from kith_cli.cannot import CannotRun
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller


@click.command()
@speaking
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def command(addresses: Addresses, file: Path) -> None:
    """Put the schedule in FILE (YAML, such as `deploy/retention.yaml`) in the place of the one before.

    Records whose time is over by it come into each organisation's queue (`GET /retention-reviews`). Nothing is erased.
    """
    try:
        schedule = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CannotRun(f"{file} is not YAML.") from error
    if not isinstance(schedule, dict):
        raise CannotRun(f"{file} has no list named `rules`.")
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        operator.put("referrals", "/retention-schedule", schedule)
    Teller().say(f"The schedule has {len(schedule.get('rules', ()))} lines now.")
