"""``python -m kith_notifications``."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that start-up makes is garbage; whoever serves lets it collect again
    from kith_chassis.process import run
    from kith_notifications.main import build
    from kith_notifications.settings import Settings

    run("notifications", build, Settings)
