"""``python -m kith_referrals``."""

from kith_chassis.process import run
from kith_chassis.settings import ServiceSettings
from kith_referrals.main import build

if __name__ == "__main__":
    run("referrals", build, ServiceSettings)
