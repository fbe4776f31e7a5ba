"""``python -m kith_reporting``."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that start-up makes is garbage; whoever serves lets it collect again
    from kith_chassis.process import run
    from kith_reporting.main import build
    from kith_reporting.settings import Settings

    run("reporting", build, Settings)
