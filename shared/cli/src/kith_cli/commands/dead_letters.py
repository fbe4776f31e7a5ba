"""`kith dead-letters`: what a service could not handle, and what to do about it."""

from typing import Any
from uuid import UUID

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.installation import SERVICES
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json

PATH = "/operations/dead-letters"

a_service = click.argument("service", type=click.Choice(SERVICES))
a_letter = click.argument("letter", metavar="ID", type=click.UUID)
in_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Look after what a service could not handle.

    A record that is refused, unreadable or unexpected is set aside, and what comes later for the same key waits behind
    it, in order. When too many are set aside at once the line stops, until `resume`.
    """


def _operator(addresses: Addresses) -> Speaker:
    return Speaker(addresses, addresses.act_as("operator"))


@command.command("list")
@speaking
@a_service
@in_json
def list_(service: str, *, as_json: bool, addresses: Addresses) -> None:
    """List what SERVICE has set aside, oldest first, and how many wait behind each."""
    letters: list[dict[str, Any]] = []
    with _operator(addresses) as operator:
        after: dict[str, str] = {}
        while True:
            page = operator.get(service, PATH, {"limit": "200", **after})
            letters += page["items"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    if as_json:
        say_json(letters)
        return
    if not letters:
        click.echo(f"{service} has set nothing aside.")
        return
    columns = ("id", "topic", "partition", "offset", "key", "code", "attempts", "waiting", "first seen", "message")
    rows = [[letter[name.replace(" ", "_")] for name in columns] for letter in letters]
    Teller().table(f"Set aside by {service}: {len(letters)}", columns, rows)


@command.command()
@speaking
@a_service
@a_letter
def show(service: str, letter: UUID, addresses: Addresses) -> None:
    """Print one dead letter whole, as JSON. It holds whatever a faulty producer sent: mind who reads it."""
    with _operator(addresses) as operator:
        say_json(operator.get(service, f"{PATH}/{letter}"))


@command.command()
@speaking
@a_service
@a_letter
@in_json
def redrive(service: str, letter: UUID, *, as_json: bool, addresses: Addresses) -> None:
    """Give a letter to SERVICE again, once the cause is mended, and then all that waits behind it.

    The exit code is 1 if one of them fails again; it is then at the head of its key.
    """
    with _operator(addresses) as operator:
        _tell_outcome(operator.post(service, f"{PATH}/{letter}/redrive"), as_json=as_json)


@command.command()
@speaking
@a_service
@a_letter
@click.option("--reason", required=True, help="Why it may be given up; kept with it.")
@in_json
def discard(service: str, letter: UUID, reason: str, *, as_json: bool, addresses: Addresses) -> None:
    """Give a letter up for good, on the record, and run what waits behind it."""
    with _operator(addresses) as operator:
        _tell_outcome(operator.post(service, f"{PATH}/{letter}/discard", {"reason": reason}), as_json=as_json)


@command.command()
@speaking
@a_service
@in_json
def resume(service: str, *, as_json: bool, addresses: Addresses) -> None:
    """Let a line that has stopped go on: what stopped it is then set aside record by record."""
    with _operator(addresses) as operator:
        answer = operator.post(service, f"{PATH}/resume")
    if as_json:
        say_json(answer)
    else:
        click.echo(f"{service} goes on." if answer["was_stopped"] else f"The line of {service} had not stopped.")


def _tell_outcome(outcome: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(outcome)
    else:
        click.echo(f"{outcome['handled']} handled.")
    if outcome["failed"]:
        raise click.ClickException(f"{outcome['failed']} failed again with code {outcome['code']}.")
