"""`kith doctor`: is all of it well, and if not, what is wrong, in one sentence each."""

import sys

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.examining import examine
from kith_cli.telling import Teller, say_json


@click.command()
@speaking
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(addresses: Addresses, *, as_json: bool) -> None:
    """Look at every process, database, the broker, the issuer and the mail, at lag, outboxes and dead letters.

    Lag and full outboxes are well while they move. The exit code is 0 when all is well, else 1.
    """
    findings = examine(addresses)
    well = all(finding.well for finding in findings)
    if as_json:
        say_json(
            {
                "well": well,
                "findings": [{"part": one.part, "well": one.well, "says": one.says} for one in findings],
            }
        )
    else:
        rows = [(one.part, "well" if one.well else "WRONG", one.says) for one in findings]
        Teller().table("All is well" if well else "Not all is well", ("part", "state", "what it says"), rows)
    sys.exit(0 if well else 1)
