"""How long tests go on that could go on for ever."""

import os
from typing import Final

IN_CI: Final = os.environ.get("CI", "").lower() in {"1", "true"}
"""Whether this is continuous integration: they run at full length there, and shorter where somebody waits for them."""


def examples(most: int) -> int:
    """How many examples hypothesis tries: ``most`` in continuous integration, else a quarter of them."""
    return most if IN_CI else max(4, most // 4)
