"""`kith demo`: a whole network on this machine with the sample network's people in it, and what happens to them."""

import sys
from pathlib import Path

import click

from kith_cli.addresses import in_folder
from kith_cli.commands.up import INTERRUPTED, ports_from, show_addresses
from kith_cli.demonstrating.demonstration import Demonstration, Shown
from kith_cli.demonstrating.showing import (
    show_compared,
    show_concerns,
    show_imports,
    show_policy,
    show_post,
    show_referrals,
    show_totals,
)
from kith_cli.embedded.plan import PORTS
from kith_cli.embedded.platform import Platform, Stopped
from kith_cli.installation import deploy_file
from kith_cli.journeys.playing import chosen, list_of_journeys, play_in_front
from kith_cli.network import read_network
from kith_cli.telling import Teller

DISAGREED = 1


@click.command(epilog=f"The journeys:\n\n\b\n{list_of_journeys()}")
@in_folder
@click.option("--port", "ports", multiple=True, metavar="NAME=PORT", help=f"Where a part listens: {', '.join(PORTS)}.")
@click.option("--free-ports", is_flag=True, help="Take free ports instead of the usual ones.")
@click.option("--once", is_flag=True, envvar="ONCE", help="Exit when all is counted (also with ONCE=1).")
@click.option(
    "--programme",
    metavar="NUMBER",
    help="Play the journey of one programme of the sources instead, 1 to 20; or that of one `human`; or `all` of them.",
)
@click.option("--fast", is_flag=True, help="Play without pauses; so it is anyhow where nobody reads along.")
def command(
    folder: Path, ports: tuple[str, ...], programme: str | None, *, free_ports: bool, once: bool, fast: bool
) -> None:
    """Start what `kith up` starts, load the sample network with its people, and carry its three exports through.

    Referrals are decided, introduced, supported, ended, withdrawn, and worries reach whoever is on duty; then every
    count is held against what another service says of the same. Everybody in the sample network is invented, and no
    mail leaves this machine. A second run starts from what is there.

    It stays up until Ctrl-C. With --once it exits by itself: 0 only if every count agrees, else 1.

    With --programme it plays one journey in front of you, from a referral to its ending and report, and looks at each
    thing that it says is to be seen: 0 only if all of it was so, else 1. `kith demo --programme 4` is Home-Start.
    """
    teller = Teller()
    if programme is not None:
        _play(folder, teller, programme, ports_from(ports, free=free_ports), fast=fast)
        return
    network_file = deploy_file("sample-network/network.yaml")
    network = read_network(network_file)
    try:
        with Platform(folder, network, teller, ports_from(ports, free=free_ports)) as kith:
            demonstration = Demonstration(
                addresses=kith.addresses,
                network=network,
                sample=network_file.parent,
                reports=kith.folder / "demo",
                mail_url=kith.plan.url("mail"),
                teller=teller,
                go_on=kith.go_on,
            )
            agrees = _show(teller, demonstration.run())
            if not once:
                show_addresses(teller, kith)
                _show_where_to_look(teller, kith)
                kith.watch()
    except Stopped:
        sys.exit(INTERRUPTED)
    if once:
        sys.exit(0 if agrees else DISAGREED)


def _play(folder: Path, teller: Teller, programme: str, ports: dict[str, int], *, fast: bool) -> None:
    try:
        journeys = chosen(programme)
    except LookupError:
        says = f"there is no journey {programme!r}. There are, and `all` of them:\n{list_of_journeys()}"
        raise click.BadParameter(says, param_hint="--programme") from None
    read_along = teller.console.is_terminal and not fast
    try:
        play_in_front(journeys, folder, teller, ports, read_along=read_along)
    except Stopped:
        sys.exit(INTERRUPTED)


def _show(teller: Teller, shown: Shown) -> bool:
    show_imports(teller, shown.imports)
    show_referrals(teller, shown.seen, shown.names)
    show_policy(teller, shown.seen, shown.names)
    show_concerns(teller, shown.seen, shown.names)
    show_totals(teller, shown.seen)
    show_post(teller, shown.post, shown.seen)
    agrees = show_compared(teller, shown.compared)
    teller.say("Every count agrees." if agrees else "Not every count agrees.")
    return agrees


def _show_where_to_look(teller: Teller, kith: Platform) -> None:
    """Show what to look at first."""
    page = f"{kith.plan.url('reporting')}/totals.html"
    folder = f" --folder {kith.folder}" if kith.folder != Path(".kith").absolute() else ""
    program = Path(sys.argv[0])
    teller.say(f"Mail, in a browser: {kith.plan.url('mail')}/")
    teller.say("Totals, as one page:")
    teller.say(f'  curl -H "Authorization: Bearer $({program} token{folder})" {page} > totals.html')
    teller.say(f"What each row became: {kith.folder / 'demo'}")
    teller.say(f"A service's API, as OpenAPI: {program.with_name('python')} -m kith_referrals openapi; so the others.")
    teller.say("Kith is up, with the sample network in it. Ctrl-C stops it.")
