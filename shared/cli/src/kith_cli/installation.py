"""Where things are: the files that come with Kith, and the folder of the embedded run."""

import os
from pathlib import Path
from typing import Final

from kith_cli.cannot import CannotRun

SERVICES: Final = ("referrals", "matching", "notifications", "reporting")
"""The four services, in the order in which they are started and shown."""


def home() -> Path:
    """Return the folder of the embedded run: `KITH_HOME`, else `.kith` here."""
    return Path(os.environ.get("KITH_HOME", ".kith"))


def deploy_file(name: str) -> Path:
    """Find a file of `deploy/`: below `KITH_DEPLOY` if that is set, else in the checkout, else below this folder."""
    if chosen := os.environ.get("KITH_DEPLOY"):
        places = [Path(chosen)]
    else:
        places = [*(parent / "deploy" for parent in Path(__file__).parents), Path("deploy").absolute()]
    for place in places:
        if (place / name).is_file():
            return place / name
    raise CannotRun(f"deploy/{name} is not to be found; set KITH_DEPLOY to the folder named deploy of a checkout.")
