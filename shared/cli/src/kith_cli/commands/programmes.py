"""`kith programmes`: the files that define what is offered: looked at, compared with the network, and applied to it."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from kith_cli.addresses import Addresses, speaking
from kith_cli.cannot import CannotRun
from kith_cli.programmes.applying import Compared, compare, offered
from kith_cli.programmes.applying import apply as apply_one
from kith_cli.programmes.reading import ENDING, Reading, read
from kith_cli.speaking import Speaker
from kith_cli.telling import Teller, say_json
from kith_contracts.programmes.schema import file_schema

USUAL: Final = Path("deploy/programmes")


@click.group()
def command() -> None:
    """The files that define programmes, one for each. `docs/programmes.md` says how to write one.

    `check` and `schema` need no service; `diff` and `apply` speak to the network, as its operator.
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


_TARGET: Final = click.option(
    "--programme",
    "target",
    metavar="SLUG",
    help="The programme that the file is for, where its slug in the network is another.  [default: the file's slug]",
)


@command.command()
@speaking
@_TARGET
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def diff(addresses: Addresses, paths: Sequence[Path], target: str | None) -> None:
    """Say what applying the files would change.

    PATHS are files or folders of them. [default: deploy/programmes]

    For example: `kith programmes diff deploy/programmes/home-start.yaml`.

    The exit code is 0 when every file is in force as it is, else 1.
    """
    alike = True
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        for slug, found in _compared(operator, paths, target):
            alike &= found.alike
            _tell_difference(slug, found)
    sys.exit(0 if alike else 1)


@command.command()
@speaking
@_TARGET
@click.option(
    "--organisation",
    metavar="ID",
    type=click.UUID,
    help="Whose programme it is, where nobody offers it yet: the organisation's id.",
)
@click.option(
    "--approvals",
    type=click.IntRange(0, 20),
    default=0,
    help="How many of those whose file it is have said yes, where the file asks for it.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def apply(
    addresses: Addresses, paths: Sequence[Path], target: str | None, organisation: UUID | None, approvals: int
) -> None:
    """Put the files in force, each as the next version of its programme's definition.

    Every file is read first: when one cannot be used, none is applied. A file that is in force already changes
    nothing. Running matches keep the version with which they began. What a programme says beside its definition (its
    addresses, districts, capacity) stays as it is.

    PATHS are files or folders of them.

    For example: `kith programmes apply deploy/programmes/home-start.yaml --organisation
    01a088b5-af46-7fb8-8007-09389b64dc76`.
    """
    whose = str(organisation) if organisation else None
    with Speaker(addresses, addresses.act_as("operator")) as operator:
        for slug, found in _compared(operator, paths, target):
            if found.alike:
                _tell_difference(slug, found)
                continue
            version = apply_one(operator, found, slug=slug, organisation=whose, approvals=approvals)
            Teller().say(f"{slug}: version {version} is in force.")
            for difference in found.differences:
                Teller().say(_hanging(f"  {difference}"))


def _compared(operator: Speaker, paths: Sequence[Path], target: str | None) -> Iterator[tuple[str, Compared]]:
    """Each file with the slug of its programme, held against the network; nothing, when one cannot be used."""
    readings = [read(file) for file in _files(paths)]
    unusable = [reading for reading in readings if reading.definition is None]
    for reading in unusable:
        _say(reading)
    if unusable:
        sys.exit(1)
    if target is not None and len(readings) > 1:
        raise click.UsageError("--programme names the programme of one file: give one file.")
    programmes = offered(operator)
    for reading in readings:
        if reading.definition is not None:
            slug = target or reading.definition.slug
            yield slug, compare(operator, reading.definition, programmes.get(slug))


def _tell_difference(slug: str, found: Compared) -> None:
    many = f"{len(found.differences)} difference{'' if len(found.differences) == 1 else 's'}"
    if found.programme is None:
        Teller().say(f"{slug}: nobody offers it yet.")
    elif found.version == 0:
        Teller().say(f"{slug}: its programme has no definition yet.")
    else:
        Teller().say(f"{slug}: {many} from version {found.version}, which is in force.")
    for difference in found.differences:
        Teller().say(_hanging(f"  {difference}"))


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
