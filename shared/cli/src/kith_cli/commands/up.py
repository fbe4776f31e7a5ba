"""`kith up`: a whole network on this machine, until Ctrl-C."""

import sys
from pathlib import Path

import click

from kith_cli.addresses import in_folder
from kith_cli.embedded.plan import PORTS
from kith_cli.embedded.platform import Platform, Stopped
from kith_cli.installation import SERVICES, deploy_file
from kith_cli.network import read_network
from kith_cli.telling import Teller

INTERRUPTED = 130


def ports_from(words: tuple[str, ...], *, free: bool) -> dict[str, int]:
    """Read `NAME=PORT` options; `free` lets the system choose for every part that is not named."""
    ports = dict.fromkeys(PORTS, 0) if free else {}
    for word in words:
        name, _, number = word.partition("=")
        if name not in PORTS or not number.isdecimal() or not 0 <= int(number) <= 65535:  # noqa: PLR2004 - TCP's own
            raise click.BadParameter(f"{word!r} is not NAME=PORT, with one of {', '.join(PORTS)}", param_hint="--port")
        ports[name] = int(number)
    return ports


@click.command()
@in_folder
@click.option(
    "--network",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Network file to load.  [default: the sample network]",
)
@click.option("--port", "ports", multiple=True, metavar="NAME=PORT", help=f"Where a part listens: {', '.join(PORTS)}.")
@click.option("--free-ports", is_flag=True, help="Take free ports instead of the usual ones.")
def command(folder: Path, network: Path | None, ports: tuple[str, ...], *, free_ports: bool) -> None:
    """Start PostgreSQL, a broker, a mail catcher, an issuer and the four services on this machine.

    Organisations and programmes of the sample network are loaded, with the definitions on which they stand and the duty
    desks that answer concerns, and none of its people. All data stay in the folder: a second run starts from what is
    there, and a definition that was applied since stays in force. Ctrl-C or SIGTERM stops everything; so does the death
    of any part, with exit code 1.
    """
    teller = Teller()
    wanted = ports_from(ports, free=free_ports)
    try:
        with Platform(
            folder, read_network(network or deploy_file("sample-network/network.yaml")), teller, wanted
        ) as kith:
            with teller.step("Organisations, programmes and duty desks"):
                loaded = kith.load(people=False)
            teller.say(
                f"  {loaded.organisations} organisations, {loaded.programmes} programmes, "
                f"{loaded.duty_desks} duty desks."
            )
            for sentence in loaded.sentences:
                teller.say(f"  {sentence}")
            show_addresses(teller, kith)
            teller.say("Kith is up. Ctrl-C stops it.")
            kith.watch()
    except Stopped:
        sys.exit(INTERRUPTED)


def show_addresses(teller: Teller, kith: Platform) -> None:
    """Show where to look."""
    rows = [(name, kith.plan.url(name), "HTTP API") for name in SERVICES]
    rows += [
        ("directory", f"{kith.plan.url('referrals')}/directory/services", "what is offered, for anybody"),
        ("mail", kith.plan.url("mail"), "every mail that was sent"),
        ("issuer", kith.plan.url("issuer"), "`kith token` prints a token"),
        ("kafka", f"127.0.0.1:{kith.plan.ports['kafka']}", "the log of facts"),
        ("postgres", f"127.0.0.1:{kith.plan.ports['postgres']}", "a database for each service"),
        ("logs", str(kith.folder / "logs"), "one file for each process"),
    ]
    teller.table("Where to look", ("part", "address", "what"), rows)
