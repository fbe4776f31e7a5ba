"""``python -m kith_reporting``."""

from kith_chassis.process import run
from kith_reporting.main import build
from kith_reporting.settings import Settings

if __name__ == "__main__":
    run("reporting", build, Settings)
