"""Become another program that cannot outlive its parent: `leash.py PARENT SIGNAL UID GID -- PROGRAM ARGUMENTS…`.

A file of its own, run by `python -I -S` and importing nothing of ours, because what is done between fork and exec in a
program that has threads may deadlock, and because the program it becomes may belong to another account: giving up
rights clears the parent-death signal, so the order is rights first, signal second, program last.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
NO_CHANGE = -1
CANNOT_RUN = 126


def main(arguments: list[str]) -> int:
    """Give up rights, tie this process to its parent, and become the program; a status only when that failed."""
    parent, signal_number, uid, gid = (int(word) for word in arguments[:4])
    program = arguments[5:]
    if uid != NO_CHANGE:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        return CANNOT_RUN
    try:
        os.execv(program[0], program)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
    return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
