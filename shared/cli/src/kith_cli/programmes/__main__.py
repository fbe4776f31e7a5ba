"""Write docs/programmes.md from the files in deploy/programmes, or check that it is written.

Run it at the root of the repository. It exits with 0 when all is as it should be, else with 1 and a sentence.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from kith_cli.programmes.page import page
from kith_cli.programmes.reading import ENDING, read

FILES: Final = Path("deploy/programmes")
PAGE: Final = Path("docs/programmes.md")


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m kith_cli.programmes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="bring the page up to date with the files")
    commands.add_parser("check", help="fail if a file cannot be used, or the page is not what the files say")
    asked = parser.parse_args()
    if not FILES.is_dir():
        sys.exit(f"Run this at the root of the repository: there is no {FILES} here.")
    readings = [read(file) for file in sorted(FILES.glob(f"*{ENDING}"))]
    if not all(reading.definition for reading in readings):
        sys.exit("Not every programme's file can be used: `kith programmes check` says why.")
    wanted = page([reading.definition for reading in readings if reading.definition])
    if asked.command == "write":
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit(
            f"{PAGE} is not what the files say. Run `python -m kith_cli.programmes write`, and look at what changed."
        )


if __name__ == "__main__":
    main()
