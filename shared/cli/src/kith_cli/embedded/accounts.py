"""Which account PostgreSQL runs as, for it refuses to be root, and what that account can reach."""

import contextlib
import os
import pwd
from pathlib import Path
from typing import Final

from kith_cli.cannot import CannotRun

ACCOUNTS: Final = ("postgres", "nobody")  # who runs it when we are root


def whom_to_run_as(data: Path) -> tuple[int, int] | None:
    """Return whom to run as: nobody else when we are an ordinary account; as root, whoever owns data that are there."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise CannotRun(
        "PostgreSQL does not run as root, and this machine has neither of the accounts "
        f"{' and '.join(ACCOUNTS)}; run Kith as an ordinary account."
    )


def may_reach(folder: Path, account: tuple[int, int]) -> bool:
    """Say whether an account may enter `folder` and every folder above it that exists, by owner, group and others."""
    uid, gid = account
    for place in (folder, *folder.parents):
        with contextlib.suppress(FileNotFoundError):
            facts = place.stat()
            if facts.st_uid == uid:
                allowed = facts.st_mode & 0o100
            elif facts.st_gid == gid:
                allowed = facts.st_mode & 0o010
            else:
                allowed = facts.st_mode & 0o001
            if not allowed:
                return False
    return True
