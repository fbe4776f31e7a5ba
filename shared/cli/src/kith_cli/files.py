"""Folders and files of our own: made whole or not at all, and for our eyes where they hold secrets."""

import json
import os
import shutil
from pathlib import Path
from typing import Final

from kith_cli.cannot import CannotRun

MIB: Final = 1024 * 1024
SPACE: Final = 48 * MIB


def make_folder(path: Path, mode: int) -> None:
    """Make a folder and those above it that are missing, each with `mode` whatever the umask; leave others alone."""
    for place in reversed([path, *path.parents]):
        if not place.exists():
            place.mkdir()
            place.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    making = path.with_name(f".{path.name}.making")
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object; an absent or torn file is an empty one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def require_space(folder: Path) -> None:
    """Refuse with one sentence where the disk is as good as full. PostgreSQL alone writes 16 MiB at a time."""
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        raise CannotRun(
            f"The disk that holds {folder} is full: {free // MIB} MiB are left and Kith needs {SPACE // MIB}; "
            "free some space first."
        )
