"""`kith import`: an organisation's own export, through its mapping, into the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kith_cli.addresses import Addresses, speaking
from kith_cli.importing.carrying import Progress as Tell
from kith_cli.importing.carrying import carry
from kith_cli.importing.keeping import find_mapping, member, of_organisation
from kith_cli.importing.mapping import NAME, MappingFile, kept_mapping, read_mapping
from kith_cli.importing.outcomes import POSSIBLE_DUPLICATE, REJECTED, Totals
from kith_cli.importing.reading import Export, open_export
from kith_cli.importing.sending import MOST_ROWS, Sender
from kith_cli.importing.unusable import Unusable
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json

ROWS_A_LINE = 10_000
"""In a log, so many rows between two lines."""

a_file = click.Path(path_type=Path, dir_okay=False)


class WrongInput(click.ClickException):
    """What was given cannot be imported: exit code 2, and nothing to try again."""

    exit_code = 2


@click.command()
@speaking
@click.argument("file", type=a_file)
@click.option(
    "--mapping", required=True, help="What its columns are: a YAML file, or the name of a mapping that is kept."
)
@of_organisation
@click.option("--report", type=a_file, help="Where to write what became of each row, as a JSON list.")
@click.option(
    "--rejects",
    type=a_file,
    help="Where to write the rejected rows, in the file's own dialect.  [default: beside the report, if there is one]",
)
@click.option(
    "--batch",
    default=MOST_ROWS,
    show_default=True,
    type=click.IntRange(1, MOST_ROWS),
    help="Rows sent at a time; each batch is imported whole or not at all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the totals as JSON.")
def command(
    addresses: Addresses,
    file: Path,
    mapping: str,
    *,
    organisation: str | None,
    report: Path | None,
    rejects: Path | None,
    batch: int,
    as_json: bool,
) -> None:
    """Import the rows of FILE, an export of the organisation that the mapping names, as one of its clients.

    A mapping that is no file is one that the organisation keeps (`kith mappings`), in its newest version.

    Columns that the mapping leaves out never leave this machine. A row is accepted, rejected with the first fault that
    was found, or is a possible duplicate, which waits for a human. Importing a file again changes nothing: an identical
    row has its first outcome. So if an import is killed, run it again.

    The report has row (1 is the first below the header), outcome, column, of, code and message for each row. The
    rejects are the rejected rows byte for byte under the same header: correct them and import that file. They hold
    what the organisation sent, so a cell that begins with = is text here and still a formula to a spreadsheet. Both are
    written whole at the end.

    The exit code is 0 when every row has an outcome, also if some are rejected; 2 when the file or its mapping cannot
    be used, with nothing imported; 1 when the network cannot be reached.
    """
    teller = Teller(Console(stderr=True, highlight=False) if as_json else None)
    if rejects is None and report is not None:
        rejects = report.with_name(f"{report.stem}.rejects{file.suffix}")
    try:
        columns = _read(addresses, mapping, organisation)
        _check_apart([path for path in (file, _file(mapping), report, rejects) if path is not None])
        client = addresses.client or addresses.act_as("referrer", columns.organisation)
        with open_export(file, columns) as export, Speaker(addresses, client) as speaker:
            teller.say(f"By the {columns.name}." if _file(mapping) is None else f"By the mapping in {mapping}.")
            if export.not_named:
                teller.say(f"{columns.name} says nothing of {', '.join(export.not_named)}: not imported.")
            sender = Sender(speaker, columns, file.name, say=teller.say)
            with _progress(teller, export, file.name) as progress:
                totals = carry(export, sender.send, batch=batch, report=report, rejects=rejects, progress=progress)
    except Unusable as unusable:
        raise WrongInput(str(unusable)) from unusable
    if as_json:
        written = {"report": str(report) if report else None, "rejects": str(rejects) if rejects else None}
        say_json(
            {"mapping": columns.name, "rows": totals.rows, **totals.outcomes, "codes": dict(totals.codes), **written}
        )
    else:
        _say_totals(teller, file, totals, report, rejects)


def _file(mapping: str) -> Path | None:
    """The mapping's file; or None where the word is the name of one that is kept. A file goes before a name."""
    path = Path(mapping)
    return path if path.exists() or NAME.fullmatch(mapping) is None else None


def _read(addresses: Addresses, mapping: str, organisation: str | None) -> MappingFile:
    path = _file(mapping)
    if path is not None:
        return read_mapping(path)
    with member(addresses, organisation) as speaker:
        return kept_mapping(find_mapping(speaker, mapping))


def _check_apart(paths: list[Path]) -> None:
    """Refuse to write over what is read, or two things to one place."""
    places = [path.resolve() for path in paths]
    for path, place in zip(paths, places, strict=True):
        if places.count(place) > 1:
            raise Unusable(f"{path} is named for two things; give each a file of its own.")


@contextmanager
def _progress(teller: Teller, export: Export, file_name: str) -> Iterator[Tell]:
    """Show how far it is: a bar in a terminal, now and then a line in a log."""
    if not teller.console.is_terminal:
        next_line = ROWS_A_LINE

        def say(totals: Totals, _position: int) -> None:
            nonlocal next_line
            if totals.rows >= next_line:
                next_line += ROWS_A_LINE
                teller.say(str(totals))

        yield say
        return
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(*columns, console=teller.console, transient=True) as bar:
        task = bar.add_task(file_name, total=export.size, said="")

        def show(totals: Totals, position: int) -> None:
            bar.update(task, completed=position, said=str(totals))

        yield show


def _say_totals(teller: Teller, file: Path, totals: Totals, report: Path | None, rejects: Path | None) -> None:
    teller.say(f"{file.name}: {totals}.")
    if totals.codes:
        teller.table("Rejected because", ("code", "rows"), totals.codes.most_common())
    if report:
        teller.say(f"What became of each row: {report}")
    if rejects:
        teller.say(f"The rejected rows, to correct and import again: {rejects}")
    elif totals.outcomes[REJECTED]:
        teller.say("With --rejects FILE the rejected rows are written in the file's own dialect, to correct them.")
    if totals.outcomes[POSSIBLE_DUPLICATE]:
        teller.say("Possible duplicates wait for a human: GET /imports/waiting of the referrals service.")
