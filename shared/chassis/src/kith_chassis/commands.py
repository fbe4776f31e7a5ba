"""The command line of a service: ``python -m kith_<name>``, with what each command needs loaded when it is asked for.

Alone it runs all parts of the service; ``--only api,inbox,relay,timers`` some of them. A migration loads nothing of the
service but its migrations: that is most of the time it takes to start.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

from kith_chassis.settings import MigrationSettings, ServiceSettings, WrongSettings, load

PARTS: Final = ("api", "inbox", "relay", "timers")


def run(name: str) -> None:
    """Do what the command line says. Wrong settings are told in one sentence each, and exit with 2."""
    asked = _read(name)
    try:
        if asked.command == "migrate":
            _migrate(name, load(MigrationSettings))
        else:
            sys.exit(_work(name, asked))
    except WrongSettings as wrong:
        print(f"{wrong}\n(python -m kith_{name} cannot start)", file=sys.stderr)  # noqa: T201  there is no log yet
        sys.exit(2)


def _read(name: str) -> argparse.Namespace:
    telling = argparse.ArgumentParser(
        prog=f"python -m kith_{name}",
        description=f"Kith's {name} service. Settings are environment variables: see docs/operations.md.",
    )
    commands = telling.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("migrate", help="bring the database to the newest revision, as its owner, then exit")
    commands.add_parser("openapi", help="print the OpenAPI document, then exit")
    telling.add_argument(
        "--only",
        metavar="PARTS",
        type=_parts,
        default=frozenset(PARTS),
        help="a comma between each: " + ", ".join(PARTS) + " (default: all)",
    )
    return telling.parse_args()


def _migrate(name: str, settings: MigrationSettings) -> None:
    from kith_chassis import migrating  # noqa: PLC0415  others do not need it

    migrating.migrate(name, settings)


def _work(name: str, asked: argparse.Namespace) -> int:
    from kith_chassis import process  # noqa: PLC0415  a migration does not need it

    kind: type[ServiceSettings] = import_module(f"kith_{name}.settings").Settings
    build: process.Build[ServiceSettings] = import_module(f"kith_{name}.main").build
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        if asked.command == "openapi":
            return runner.run(process.print_openapi(build, load(kind)))
        return runner.run(process.serve(build, load(kind), asked.only))


def _parts(text: str) -> frozenset[str]:
    asked = frozenset(part.strip() for part in text.split(","))
    if not asked or not asked <= set(PARTS):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(PARTS)}, with a comma between")
    return asked


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  absent on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
