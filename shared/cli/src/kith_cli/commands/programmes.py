"""`kith programmes`: the files that define what is offered, looked at without any service running."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from kith_cli.cannot import CannotRun
from kith_cli.programmes.reading import ENDING, Reading, read
from kith_cli.telling import Teller, say_json
from kith_contracts.programmes.schema import file_schema

USUAL: Final = Path("deploy/programmes")


@click.group()
def command() -> None:
    """Look at the files that define programmes, one for each. `docs/programmes.md` says how to write one.

    No service needs to run.
    """


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(paths: Sequence[Path], *, as_json: bool) -> None:
    """Say which files can be used, and what is wrong with the others.

    Every fault is told at its line, with what may stand there.

    PATHS are files or folders of them. [default: deploy/programmes]

    For example: `kith programmes check deploy/programmes/home-start.yaml`.

    The exit code is 0 when every file can be used, else 1.
    """
    readings = [read(file) for file in _files(paths)]
    if as_json:
        say_json([_as_json(reading) for reading in readings])
    else:
        for reading in readings:
            _say(reading)
    sys.exit(0 if all(reading.definition for reading in readings) else 1)


@command.command()
def schema() -> None:
    """Print the JSON Schema of a programme's file, for an editor.

    With it an editor proposes keys and codes, and marks what may not stand where it does.

    For example: `kith programmes schema > definition.json`, and as a first line of the file
    `# yaml-language-server: $schema=definition.json`.
    """
    say_json(file_schema())


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    if not paths and not USUAL.is_dir():
        raise CannotRun(f"Say which files to check: there is no {USUAL} here.")
    for path in paths or (USUAL,):
        if not path.exists():
            raise CannotRun(f"There is no {path}.")
        inside = sorted(one for one in path.glob("*") if one.suffix in {ENDING, ".yml"}) if path.is_dir() else [path]
        if not inside:
            raise CannotRun(f"No file in {path} ends in {ENDING}.")
        yield from inside


def _say(reading: Reading) -> None:
    if reading.definition is not None:
        Teller().say(f"{reading.file} can be used.")
        return
    many = "1 fault" if len(reading.faults) == 1 else f"{len(reading.faults)} faults"
    Teller().say(f"{reading.file} cannot be used: {many}")
    for fault in reading.faults:
        where = f" ({fault.at})" if fault.at else ""
        Teller().say(_hanging(f"  line {fault.line}{where}: {fault.says} [{fault.code}]"))


def _hanging(line: str) -> str:
    """The line as a terminal shows it best: wrapped between words, never within a code, the rest set in."""
    if not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)


def _as_json(reading: Reading) -> dict[str, object]:
    faults = [{"code": one.code, "line": one.line, "at": one.at, "says": one.says} for one in reading.faults]
    return {"file": str(reading.file), "usable": reading.definition is not None, "faults": faults}
