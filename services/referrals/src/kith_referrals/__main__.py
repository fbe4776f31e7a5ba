"""``python -m kith_referrals``."""

from kith_chassis.process import run
from kith_referrals.main import build
from kith_referrals.settings import Settings

if __name__ == "__main__":
    run("referrals", build, Settings)
