"""`kith mappings`: the mappings that an organisation keeps, so that its imports need no file of their own."""

from pathlib import Path

import click
import yaml

from kith_cli.addresses import Addresses, speaking
from kith_cli.importing.keeping import PATH, at_its_line, find_mapping, member, of_organisation
from kith_cli.importing.mapping import read_document, read_mapping
from kith_cli.speaking import Refused
from kith_cli.telling import Teller, say_json

a_name = click.argument("name")
a_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
in_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Look after the mappings that an organisation keeps in the referrals service.

    Each has a name, by which `kith import FILE --mapping NAME` takes it. A change is a new version; the others stay.
    """


@command.command("list")
@speaking
@of_organisation
@in_json
def list_(addresses: Addresses, *, organisation: str | None, as_json: bool) -> None:
    """List the organisation's mappings, each with its newest version."""
    with member(addresses, organisation) as speaker:
        items = speaker.get("referrals", PATH)["items"]
    if as_json:
        say_json(items)
    elif not items:
        click.echo("The organisation keeps no mapping. `kith mappings save NAME FILE` keeps one.")
    else:
        columns = ("name", "version", "saved_at", "saved_by")
        rows = [[item[column] for column in columns] for item in items]
        Teller().table("Mappings", ("name", "version", "saved at", "saved by"), rows)


@command.command()
@speaking
@a_name
@click.option("--version", type=click.IntRange(1), help="One of its versions.  [default: the newest]")
@of_organisation
def show(addresses: Addresses, name: str, *, version: int | None, organisation: str | None) -> None:
    """Print a mapping as a file would have it."""
    with member(addresses, organisation) as speaker:
        found = find_mapping(speaker, name, version)
    click.echo(f"# {found['name']}, version {found['version']}, saved {found['saved_at']} by {found['saved_by']}")
    click.echo(yaml.safe_dump(found["mapping"], sort_keys=False, allow_unicode=True), nl=False)


@command.command()
@speaking
@a_name
@a_file
@click.option("--over", type=click.IntRange(1), metavar="VERSION", help="The version that this one takes the place of.")
def save(addresses: Addresses, name: str, file: Path, *, over: int | None) -> None:
    """Keep the mapping in FILE under NAME, for the organisation that it names.

    Where one of that name is kept already, say with `--over` which version you have seen.
    """
    organisation = read_mapping(file).organisation
    text, told = read_document(file)
    headers = {} if over is None else {"If-Match": f'"{over}"'}
    with member(addresses, organisation) as speaker:
        try:
            kept = speaker.put("referrals", f"{PATH}/{name}", told, headers)
        except Refused as refused:
            raise at_its_line(refused, file, text) from refused
    click.echo(f"Kept as {kept['name']}, version {kept['version']}.")


@command.command()
@speaking
@a_file
def check(addresses: Addresses, file: Path) -> None:
    """Say whether the mapping in FILE can be used; else which line is wrong, and what may stand there."""
    organisation = read_mapping(file).organisation
    text, told = read_document(file)
    with member(addresses, organisation) as speaker:
        try:
            speaker.ask("POST", "referrals", f"{PATH}/check", json=told)
        except Refused as refused:
            raise at_its_line(refused, file, text) from refused
    click.echo(f"{file} can be used.")
