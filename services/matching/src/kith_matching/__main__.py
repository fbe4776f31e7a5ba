"""``python -m kith_matching``."""

from kith_chassis.process import run
from kith_matching.main import build
from kith_matching.settings import Settings

if __name__ == "__main__":
    run("matching", build, Settings)
