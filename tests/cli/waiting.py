"""Waiting for what happens in another process."""

import time
from collections.abc import Callable


def eventually(happened: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Look until it happened, or give up."""
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happened()
