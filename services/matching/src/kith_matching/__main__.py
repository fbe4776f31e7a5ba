"""``python -m kith_matching``."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that start-up makes is garbage; whoever serves lets it collect again
    from kith_chassis.process import run
    from kith_matching.main import build
    from kith_matching.settings import Settings

    run("matching", build, Settings)
