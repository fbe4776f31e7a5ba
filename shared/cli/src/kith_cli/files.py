"""Folders and files of our own: made whole or not at all, and for our eyes where they hold secrets."""

import json
import os
from pathlib import Path


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
