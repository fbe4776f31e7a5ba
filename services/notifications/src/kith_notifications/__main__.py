"""``python -m kith_notifications``."""

from kith_chassis.process import run
from kith_notifications.main import build
from kith_notifications.settings import Settings

if __name__ == "__main__":
    run("notifications", build, Settings)
