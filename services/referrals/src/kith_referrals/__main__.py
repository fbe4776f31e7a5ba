"""``python -m kith_referrals``."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that start-up makes is garbage; whoever serves lets it collect again
    from kith_chassis.process import run
    from kith_referrals.main import build
    from kith_referrals.settings import Settings

    run("referrals", build, Settings)
