"""Write what is generated from the contracts, check that it is written, or freeze it as released.

Generated: the schemas in shared/contracts/schemas (of facts, and of a programme's definition), docs/events.md and
docs/asyncapi. Run it at the root of the repository. It exits with 0 when all is as it should be, else with 1 and a line
for each thing that is not.
"""

import argparse
import sys
from pathlib import Path

from kith_contracts.committed import SAMPLES, NoSample, differences, release, write


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m kith_contracts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="bring schemas and documents up to date with the contracts")
    commands.add_parser("check", help="fail if a schema or document is not what the contracts say")
    commands.add_parser("release", help="freeze today's schemas as those of a release").add_argument("version")
    asked = parser.parse_args()
    root = Path()
    if not (root / SAMPLES).is_dir():
        sys.exit(f"Run this at the root of the repository: there is no {SAMPLES} here.")
    try:
        if asked.command == "write":
            write(root)
        wrong = differences(root)
        if wrong:
            sys.exit("\n".join([*wrong, "Run `python -m kith_contracts write`, and look at what changed."]))
        if asked.command == "release":
            release(root, asked.version)
    except NoSample as missing:
        sys.exit(str(missing))
    except FileExistsError:
        sys.exit(f"{asked.version} is released already, and a release does not change.")


if __name__ == "__main__":
    main()
