"""``python -m kith_referrals``."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that start-up makes is garbage; whoever serves lets it collect again
    from kith_chassis.commands import run

    run("referrals")
